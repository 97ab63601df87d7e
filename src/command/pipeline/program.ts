import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { descendants } from '../../shared/process-tree.ts';
import { READY_FILE } from '../../shared/protocol/ready.ts';
import { type ProgramRecord, readRecord } from '../../shared/protocol/record.ts';
import { CLI, NATIVE } from '../base/paths.ts';
import { insidePid, sendSignal } from '../base/processes.ts';
import { makeRuntimeDirectory } from '../base/runtime-directory.ts';
import { hasNamespaces } from '../engines/registry.ts';
import { Output } from './output.ts';

export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** The error of a program that ended while something was still to be done with it. */
export class ProgramEnded extends Error {
  constructor(readonly end: End) {
    super(describeEnd(end));
    this.name = 'ProgramEnded';
  }
}

export const describeEnd = ({ code, signal }: End): string =>
  signal === null ? `it ended with exit code ${code}` : `it ended by ${signal}`;

/** The time in milliseconds that a program has for an end of its own. */
const GRACE = 3000;

/** A program under `crac run` or `crac restore`, which this process has started and ends. */
export class Program {
  readonly output = new Output();
  readonly ended: Promise<End>;
  readonly began = performance.now();
  readonly #child: ChildProcess;
  #end: End | undefined;

  private constructor(command: string, args: string[]) {
    this.#child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // Ctrl-C at the terminal is ours: it must not reach a program that is being dumped
      // this is for the case that this process is killed (native/commands/main.c)
      env: { ...process.env, CRAC_END_WITH_PARENT: String(process.pid) },
    });
    this.output.read(this.#child.stdout);
    this.output.read(this.#child.stderr);
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', (code, signal) => {
        this.#end = { code, signal };
        resolve(this.#end);
      });
    });
    this.ended.catch(() => {}); // whoever waits for it hears of it
  }

  /** @param args as for `crac run` */
  static run(args: string[]): Program {
    return new Program(process.execPath, [CLI, 'run', ...args]);
  }

  /** @param words further words for `crac restore` */
  static restore(image: string, words: string[] = []): Program {
    return new Program(NATIVE, ['restore', image, ...words]);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** The end; undefined while it runs. */
  get end(): End | undefined {
    return this.#end;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** The record; undefined until `crac run` has made it, and once the program has ended. */
  get record(): ProgramRecord | undefined {
    return readRecord(this.#directory);
  }

  /** True where the program runs: `crac restore` and `crac run` are done with what comes before. */
  get isStarted(): boolean {
    return existsSync(join(this.#directory, 'program'));
  }

  get saidReady(): boolean {
    return existsSync(join(this.#directory, READY_FILE));
  }

  /** PIDs of the program and of what it has started. */
  get processes(): number[] {
    return this.#isAlone ? [this.pid, ...descendants(this.pid)] : descendants(this.pid);
  }

  /** True where its engine has nothing around it: what was started has become the program. */
  get #isAlone(): boolean {
    const { record } = this;
    return record !== undefined && !hasNamespaces(record);
  }

  /** @throws ProgramEnded when that happens first */
  whileRunning<T>(work: Promise<T>): Promise<T> {
    return Promise.race([
      work,
      this.ended.then((end) => {
        throw new ProgramEnded(end);
      }),
    ]);
  }

  /** Ends the program as a service manager does: it may put its things in order. */
  async stop(): Promise<void> {
    if (this.hasEnded) return;
    this.#child.kill('SIGTERM');
    await Promise.race([this.ended, after(GRACE)]);
    await this.kill();
  }

  /** Ends the program at once; it changes nothing any more, on disk or elsewhere. */
  async kill(): Promise<void> {
    if (this.hasEnded) return;
    const main = this.#mainProcess();
    // The whole namespace ends with it, and the parent removes the record. Before there is one, the parent ends well.
    if (main === undefined) this.#child.kill(this.#isAlone ? 'SIGKILL' : 'SIGTERM');
    else sendSignal(main, 'SIGKILL');
    await Promise.race([this.ended, after(GRACE)]);
    if (this.hasEnded) return;
    this.#child.kill('SIGKILL');
    await Promise.race([this.ended, after(GRACE)]);
    if (this.hasEnded) return;
    // What it has started and what hangs still holds its output: that is not waited for.
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
    await Promise.race([this.ended, after(GRACE)]);
  }

  /** Returns the PID, as seen from here, of the node process that runs the program. */
  #mainProcess(): number | undefined {
    const { init, program } = this.record ?? {};
    if (init === undefined || program === undefined) return undefined;
    return descendants(init).find((pid) => insideNumber(pid) === program);
  }

  get #directory(): string {
    return join(makeRuntimeDirectory(), String(this.pid));
  }
}

/** Returns the number inside; undefined when the process has just ended. */
function insideNumber(pid: number): number | undefined {
  try {
    return insidePid(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Pauses, without keeping this process alive. */
export const after = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
