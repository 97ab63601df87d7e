import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT, type Running } from '../../../support/crac.ts';
import { until } from '../engine.ts';
import type { Desk } from './desk.ts';

export const IDLE = 'setInterval(() => {}, 1000); ready()';

/** Compiles a program of test/command/diagnosis/programs and returns its path. */
export function compiled(desk: Desk, name: string): string {
  const binary = desk.path(name);
  const source = join(ROOT, 'test/command/diagnosis/programs', `${name}.c`);
  execFileSync('cc', ['-O1', '-o', binary, source]);
  return binary;
}

/** Starts a command in a session of its own without a terminal, once it runs by this name. */
export async function daemon(desk: Desk, command: string[], name = command[0] as string): Promise<Running> {
  const [file = '', ...words] = command;
  const program = desk.start(file, words, { detached: true, stdio: 'ignore' });
  await until(() => comm(program.pid) === basename(name), `${name} to run`);
  return program;
}

/**
 * Starts a program that is PID 1 of a namespace, and returns the number that it has here; `redirected` is done inside.
 */
export async function contained(
  desk: Desk,
  options: string[],
  redirected = '',
): Promise<{ outer: Running; outside: number }> {
  const inside = ['sh', '-c', `exec setsid sleep 622 ${redirected}`];
  const outer = await daemon(desk, ['unshare', '--pid', '--fork', '--kill-child', ...options, ...inside]);
  await until(() => comm(children(outer.pid)[0] ?? 0) === 'sleep', 'the program inside');
  return { outer, outside: children(outer.pid)[0] as number };
}

/** Starts a program with one thing that an engine cannot dump; `release` lets it go. */
export async function holding(
  desk: Desk,
  ...words: string[]
): Promise<{ program: Running; release(): Promise<void> }> {
  const [kind = '', ...more] = words;
  const marker = desk.path(`holds-${kind}`);
  const program = desk.start(compiled(desk, 'holds'), [kind, marker, ...more], {
    detached: true,
    stdio: 'ignore',
  });
  await until(() => existsSync(marker), `holds ${kind}`);
  return {
    program,
    async release() {
      process.kill(program.pid, 'SIGUSR2');
      await until(() => !existsSync(marker), `the ${kind} to be let go`);
    },
  };
}

/** Starts Node with an open file. */
export const withOpen = (desk: Desk, path: string, flags = 'r', wrapper: string[] = []): Promise<Running> =>
  desk.program(`require('fs').openSync(${JSON.stringify(path)}, '${flags}'); ${IDLE}`, { wrapper });

export const comm = (pid: number): string => read(`/proc/${pid}/comm`).trim();
export const status = (pid: number): string => read(`/proc/${pid}/status`);

/** Lists the children of a process. */
export const children = (pid: number): number[] =>
  read(`/proc/${pid}/task/${pid}/children`).trim().split(' ').filter(Boolean).map(Number);

/** Returns what a file of /proc says; nothing where its process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
