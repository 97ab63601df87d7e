import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { type Ended, Place, ROOT, type Running } from './crac.ts';
import { copyWithoutNative } from './package-copy.ts';

const MEMBER = join(ROOT, 'test/fixtures/library/engine-member.cjs');

/** The running test's own place, and paths of a copy of the package that has no native part, and of a program there. */
export let place: Place;
export let crac: string;
export let program: string;

beforeEach(() => {
  place = new Place();
  crac = copyWithoutNative(place.directory);
  program = place.path('app.cjs');
  copyFileSync(MEMBER, program);
});
afterEach(() => place.close());

export const portable = (...args: string[]): Promise<Ended> => place.start(crac, args).ended;

/** Replaces numbers and directories that differ from run to run. */
export function masked(text: string, run: Running): string {
  return text
    .replaceAll(place.directory, 'PLACE')
    .replace(new RegExp(`\\b${run.pid}\\b`, 'g'), 'RUN')
    .replace(new RegExp(`\\b${programOf(run)}\\b`, 'g'), 'PROGRAM');
}

const programs = new Map<Running, string>();
/** Notes the PID of a program that was started otherwise than by `start`. */
export const noteProgram = (run: Running, pid: string): void => void programs.set(run, pid);
export const programOf = (run: Running): string => programs.get(run) ?? 'unknown';

export async function start(...args: string[]): Promise<Running> {
  const run = place.start(crac, ['run', ...args]);
  const [, pid] = await run.line(/isImplemented true, restoreTime -1, (\d+)\n/);
  programs.set(run, pid as string);
  return run;
}
