import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { TRACE_NATIVE } from '../base/paths.ts';
import { sendSignal } from '../base/processes.ts';
import { CheckpointMoment } from './checkpoint-moment.ts';
import type { StraceEvent } from './event.ts';
import { createJournal, Journal } from './journal.ts';
import { OutputPipe } from './output-pipe.ts';
import { commandOf, openOf, threadsOf } from './proc.ts';
import { Processes, type Watcher } from './processes.ts';
import { programEnvironment } from './program-environment.ts';
import { explainRefusal } from './refusal.ts';
import { type Strace, straceArguments } from './strace-command.ts';
import { StraceLines } from './strace-lines.ts';

export interface TraceOptions {
  strace: Strace;
  /** The command to run; of no use with `pid`. */
  command: string[];
  pid?: number;
  /** True where strace makes the stacks, for programs that cannot tell their own. */
  straceStacks: boolean;
  /** The number that is followed through its life. */
  fd?: number;
  /** The seconds after which the trace ends. */
  seconds?: number;
  watch?: Watcher;
  /** Called when a program of this run is about to be checkpointed. */
  checkpoint?: (processes: Processes, journal: Journal | undefined) => void;
}

export interface Traced {
  /** The journal that the program wrote of its own stacks. */
  journal?: Journal;
  processes: Processes;
  /** The exit code of the program, or of strace where it could not begin. */
  exitCode: number;
  /** strace's own words, where it was attached to a program. */
  complaint: string;
  /** True where anything was traced at all. */
  begun: boolean;
}

const WAIT_BEFORE_FORWARD = 200;
/** The milliseconds between looks at what is left, and until it is killed. */
const WAIT = 100;
const PATIENCE = 5000;

/** Runs strace, from its start to the end of the program. */
export async function trace(options: TraceOptions): Promise<Traced> {
  const directory = mkdtempSync(join(tmpdir(), 'crac-trace-'));
  try {
    const run = new Run(options, directory);
    try {
      return await run.run();
    } finally {
      run.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

class Run {
  readonly #options: TraceOptions;
  readonly #processes: Processes;
  readonly #pipe: OutputPipe;
  readonly #signalled = new Set<string>();
  readonly #checkpoint = new CheckpointMoment();
  /** The path of the journal; none where the program is not started here, or nothing native is built. */
  readonly #journal: string | undefined;
  #begun = false;
  #strace: ChildProcess | undefined;
  #ending: NodeJS.Timeout | undefined;
  #leftToldToEnd = false;
  #waits = 0;

  constructor(options: TraceOptions, directory: string) {
    this.#options = options;
    this.#processes = new Processes(options.watch);
    if (options.pid === undefined && existsSync(TRACE_NATIVE)) {
      this.#journal = join(directory, 'journal');
      createJournal(this.#journal);
    }
    const lines = new StraceLines((event) => this.#event(event));
    this.#pipe = new OutputPipe(directory, (line) => lines.push(line));
    this.#pipe.ended.then(
      () => lines.flush(),
      () => {}, // run() waits for the same promise and reports it
    );
  }

  async run(): Promise<Traced> {
    const { pid, seconds } = this.#options;
    const child = pid === undefined ? this.#launch() : this.#attach(pid);
    this.#strace = child;
    let complaint = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    const release = this.#onSignals();
    const limit = seconds === undefined ? undefined : setTimeout(() => this.#stop('SIGTERM'), seconds * 1000);
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) =>
        resolve(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 0)),
      );
    });
    clearTimeout(limit);
    clearInterval(this.#ending);
    release();
    await this.#pipe.finish();
    return {
      processes: this.#processes,
      exitCode,
      complaint,
      begun: this.#begun,
      ...(this.#journal !== undefined && { journal: new Journal(this.#journal) }),
    };
  }

  close(): void {
    this.#pipe.close();
  }

  #launch(): ChildProcess {
    const { strace, command, straceStacks, fd } = this.#options;
    const environment = this.#journal ? programEnvironment(process.env, this.#journal, fd) : {};
    const words = straceArguments(strace, {
      output: this.#pipe.path,
      stacks: straceStacks,
      names: straceStacks || this.#journal === undefined,
      environment,
    });
    return spawn(strace.path, [...words, '--', ...command], { stdio: 'inherit' });
  }

  #attach(pid: number): ChildProcess {
    const { strace } = this.#options;
    if (!existsSync(`/proc/${pid}`))
      throw new CommandError(`there is no process ${pid}; \`ps -e\` lists them`, EXIT.target);
    const traced = this.#processes.add(pid, commandOf(pid).join(' '), openNow(pid));
    traced.attached = true;
    for (const tid of threadsOf(pid)) this.#processes.adopt(tid, traced);
    const words = straceArguments(strace, { output: this.#pipe.path, stacks: true, names: true, pid });
    return spawn(strace.path, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  #event(event: StraceEvent): void {
    if (!this.#begun && this.#options.pid === undefined) {
      // Its first call is the execve of the program; before that strace's own child has what we have.
      const open = openOf('self')
        .filter(({ fd, closeOnExec }) => fd <= 2 || !closeOnExec)
        .map((one) => ({ ...one, closeOnExec: false }));
      this.#processes.add(event.tid, this.#options.command.join(' '), open);
    }
    this.#begun = true;
    if (event.kind === 'signal' && event.tid === this.#processes.all[0]?.pid)
      this.#signalled.add(event.signal);
    if (this.#checkpoint.isNow(event, this.#processes))
      this.#options.checkpoint?.(this.#processes, this.#journal ? new Journal(this.#journal) : undefined);
    this.#processes.handle(event);
  }

  /** Passes on signals that only we were sent; a terminal sends its signals to the program, too. */
  #onSignals(): () => void {
    const handle = (signal: NodeJS.Signals) => {
      if (this.#options.pid !== undefined) {
        this.#stop(signal);
        return;
      }
      setTimeout(() => {
        if (!this.#signalled.has(signal)) this.#stop(signal);
        this.#signalled.delete(signal);
      }, WAIT_BEFORE_FORWARD);
    };
    const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const name of names) process.on(name, handle);
    return () => {
      for (const name of names) process.off(name, handle);
    };
  }

  /** Ends the program as it is asked to; then what it has left behind, which strace would wait for. */
  #stop(signal: NodeJS.Signals): void {
    const root = this.#processes.all[0];
    if (this.#options.pid !== undefined || root === undefined) {
      this.#strace?.kill('SIGINT'); // strace lets go of the program, which goes on
      return;
    }
    sendSignal(root.pid, signal);
    this.#ending ??= setInterval(() => {
      const alive = this.#processes.all.filter(({ ended }) => ended === undefined);
      if (root.ended === undefined && signal === 'SIGINT') return; // it may go on: Ctrl-C is a request
      if (root.ended !== undefined && !this.#leftToldToEnd) {
        this.#leftToldToEnd = true;
        for (const { pid } of alive) sendSignal(pid, signal);
      }
      if (++this.#waits * WAIT >= PATIENCE) for (const { pid } of alive) sendSignal(pid, 'SIGKILL');
    }, WAIT);
  }
}

/** @throws CommandError where /proc refuses: ptrace would, too */
function openNow(pid: number): ReturnType<typeof openOf> {
  try {
    return openOf(pid);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw explainRefusal(pid, 'Operation not permitted');
  }
}
