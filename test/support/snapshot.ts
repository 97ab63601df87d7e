import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CRAC, type Ended, PROGRAMS, pause, ROOT, type Running } from './crac.ts';
import { image, place } from './own-place.ts';

/** The state that the program tells. */
export interface State {
  n: number;
  agrees: true | string;
  signals: number;
}

const environment = (port: number): NodeJS.ProcessEnv => ({
  PORT: String(port),
  NODE_CRAC: join(ROOT, 'dist/index.cjs'),
  STOPS: place.path('stops'),
});

/** Starts the program whose memory changes all the time (test/fixtures/programs/goes-on.cjs). */
export const startChanging = (port: number): Running =>
  place.start(CRAC, ['run', '--engine', 'direct', '--image', image, join(PROGRAMS, 'goes-on.cjs')], {
    env: environment(port),
  });

export const restoreChanging = (port: number): Running =>
  place.start(CRAC, ['restore', image], { env: environment(port) });

export const leaveRunning = (...words: string[]): Promise<Ended> =>
  place.crac('checkpoint', image, '--leave-running', ...words);

/** The same while a call of the program's or of its writer's fails or ends it, as `strace -e inject` has it. */
export async function leaveRunningTraced(program: { pid: number }, injected: string): Promise<Ended> {
  const [call] = injected.split(':');
  const words = ['-f', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${injected}`];
  const tracer = place.start('strace', [...words, '-p', String(program.pid)]);
  await tracer.line(/attached/);
  const ended = await leaveRunning();
  tracer.child.kill('SIGTERM');
  await tracer.ended;
  return ended;
}

/** A command that the program stops as soon as it goes on itself: there is no image yet. */
export async function stoppedCommand(): Promise<Running> {
  const command = place.start(CRAC, ['checkpoint', image, '--leave-running']);
  writeFileSync(place.path('stops'), String(command.pid));
  let ended: Ended | undefined;
  command.ended.then((how) => {
    ended = how;
  });
  while (stateOf(command.pid) !== 'T') {
    expect(ended).toBeUndefined();
    await pause(5);
  }
  return command;
}

export const stateOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.[0] ?? '';
  } catch {
    return '';
  }
};

/** The child of a program that writes its image, or that has ended and is not gone. */
export const writersOf = (program: number): number[] =>
  readdirSync(`/proc/${program}/task`)
    .flatMap((thread) => readFileSync(`/proc/${program}/task/${thread}/children`, 'latin1').split(' '))
    .filter(Boolean)
    .map(Number);

export async function writerOf(program: number): Promise<number> {
  for (;;) {
    const [writer] = writersOf(program);
    if (writer !== undefined && readFileSync(`/proc/${writer}/comm`, 'latin1') === 'crac-snapshot\n')
      return writer;
    await pause(5);
  }
}

export async function untilNoWriter(program: number): Promise<void> {
  while (writersOf(program).length > 0) await pause(5);
}

/** Names beside the image's place that begin as it does. */
export const imagesThere = (): string[] =>
  readdirSync(place.directory).filter((name) => name.startsWith('image'));

/** By address, whether a child has it: of each mapping that is in both. */
export function expectSameMarks(before: Map<string, boolean>, after: Map<string, boolean>): void {
  const both = [...before].filter(([range]) => after.has(range));
  expect(both.filter(([, marked]) => marked).length).toBeGreaterThan(0);
  expect(both.filter(([range, marked]) => after.get(range) !== marked)).toEqual([]);
}

export function marksOf(program: number): Map<string, boolean> {
  const entries = readFileSync(`/proc/${program}/smaps`, 'latin1').split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/);
  return new Map(
    entries.map((entry) => [entry.split(' ')[0] ?? '', /^VmFlags:.* dc\b/m.test(entry)] as const),
  );
}
