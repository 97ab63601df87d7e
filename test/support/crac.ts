import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './ports.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const CRAC = join(ROOT, 'bin/crac');
export const PROGRAMS = join(ROOT, 'test/fixtures/programs');

/** A process as a user's shell sees it: what it printed so far, and how it ended. */
export interface Running {
  child: ChildProcess;
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when the output (both streams) matches; rejects with the output when it ends first or time runs out. */
  line(pattern: RegExp, seconds?: number): Promise<RegExpMatchArray>;
  ended: Promise<Ended>;
}

/**
 * The processes that open places have started and that still run, for those who wait for an answer from one of them.
 */
const alive = new Set<Running>();
const died = new Set<Running>();

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** One test's own place: a temporary directory, a runtime directory of its own, and all processes it started. */
export class Place {
  readonly directory = mkdtempSync(join(tmpdir(), 'crac-test-'));
  readonly #running: Running[] = [];
  readonly #leaders = new Set<number>();

  path(...names: string[]): string {
    return join(this.directory, ...names);
  }

  start(command: string, args: string[], options: SpawnOptions = {}): Running {
    const child = spawn(command, args, {
      cwd: this.directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
      env: { ...process.env, CRAC_RUNTIME_DIR: this.path('run'), NO_COLOR: '1', ...options.env },
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        output[name] += text;
      });
    }
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, ...output }));
    });
    const running: Running = {
      child,
      pid: child.pid as number,
      stdout: () => output.stdout,
      stderr: () => output.stderr,
      ended,
      async line(pattern, seconds = 120) {
        let over = false;
        ended.then(() => {
          over = true;
        });
        for (const until = Date.now() + seconds * 1000; ; ) {
          const match = (output.stdout + output.stderr).match(pattern);
          if (match) return match;
          if (over || Date.now() > until) {
            throw new Error(
              `${command} ${args.join(' ')}: no ${pattern} in:\n${output.stdout}${output.stderr}`,
            );
          }
          await pause(10);
        }
      },
    };
    this.#running.push(running);
    if (options.detached && running.pid) this.#leaders.add(running.pid);
    alive.add(running);
    ended.then(
      ({ code, signal }) => {
        alive.delete(running);
        if (code !== 0 && !(signal && child.killed)) died.add(running);
      },
      () => alive.delete(running),
    );
    return running;
  }

  /** Returns the first of that many consecutive ports that are no other test's. */
  ports(count = 1): Promise<number> {
    return freePorts(count);
  }

  /** Runs `crac …` to its end. */
  crac(...args: string[]): Promise<Ended> {
    return this.start(CRAC, args).ended;
  }

  /** Ends everything that was started here, by PID, what leads a group with its group, and removes the directory. */
  async close(): Promise<void> {
    for (const { child, pid } of this.#running)
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        if (this.#leaders.has(pid)) endGroup(pid);
      }
    await Promise.allSettled(this.#running.map(({ ended }) => ended));
    for (const running of this.#running) died.delete(running);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it has just ended
  }
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The seconds in which another program may answer, where one has died since the question. */
const GRACE = 10;

/**
 * Asks until the server answers; for a program that is being started or restored. Gives up as soon as nothing that a
 * test has started runs any more, and soon after one of them has died meanwhile.
 */
export async function get(port: number, path = '/', seconds = 120): Promise<string> {
  const before = new Set(died);
  let until = Date.now() + seconds * 1000;
  let dead: Running[] = [];
  for (; ; await pause(10)) {
    try {
      // Each request has a connection of its own: a kept one would end with the checkpoint.
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
      return await response.text();
    } catch (error) {
      if (dead.length === 0) {
        dead = [...died].filter((running) => !before.has(running));
        if (dead.length > 0) until = Math.min(until, Date.now() + GRACE * 1000);
      }
      const all = alive.size === 0 && died.size > 0;
      if (all || Date.now() > until) throw noAnswer(port, path, all ? [...died] : dead, error);
    }
  }
}

function noAnswer(port: number, path: string, dead: Running[], cause: unknown): Error {
  const said = dead.map(({ child, stdout, stderr }) => {
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    return `\n${child.spawnargs.slice(0, 4).join(' ')} … ended by ${how}:\n${stdout()}${stderr()}`;
  });
  return new Error(`no answer at port ${port} to ${path}${said.join('')}`, { cause });
}

export const getJson = async <T>(port: number, path = '/'): Promise<T> =>
  JSON.parse(await get(port, path)) as T;
