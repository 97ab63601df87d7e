import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CRAC, type Ended, type Place, pause, ROOT, type Running } from './crac.ts';

/**
 * Returns where the entry files of the installed apps and node binaries are (scripts/apps.mjs); installs what is
 * missing.
 */
export async function apps<Name extends string>(...names: Name[]): Promise<Record<Name, string>> {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/apps.mjs'), '--json', ...names], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk;
  return JSON.parse(text) as Record<Name, string>;
}

export interface Program {
  /** The directory where the program's checkpoint goes. */
  image: string;
  /** Options of `crac run`, options of node, the script and its arguments. */
  words: string[];
  port: number;
  env?: Record<string, string>;
  cwd?: string;
}

export function run(place: Place, { image, words, port, env = {}, cwd }: Program): Running {
  return place.start(CRAC, ['run', '--image', image, ...words], {
    env: { PORT: String(port), HOSTNAME: '127.0.0.1', ...env },
    ...(cwd !== undefined && { cwd }),
  });
}

/** Makes a checkpoint that ends the program, as `crac checkpoint IMAGE` does. */
export async function checkpoint(place: Place, program: Running, image: string): Promise<void> {
  const outcome = await place.crac('checkpoint', image);
  expect(outcome, program.stderr()).toMatchObject({ code: 0, stderr: '' });
  expect(await program.ended).toMatchObject({ code: 0, signal: null });
}

/** Restores two copies side by side: the first on the image's port, the second on the next one. */
export function restoreTwice(place: Place, { image, port }: Pick<Program, 'image' | 'port'>): Running[] {
  return [0, 1].map((copy) =>
    place.start(CRAC, ['restore', image, ...(copy === 0 ? [] : ['--listen', `${port}=${port + copy}`])]),
  );
}

/** Restores copies side by side, on the image's port and the next ones, each with variables of its own. */
export function restoreWith(
  place: Place,
  { image, port }: Pick<Program, 'image' | 'port'>,
  environments: Record<string, string>[],
): Running[] {
  return environments.map((env, copy) =>
    place.start(CRAC, ['restore', image, ...(copy === 0 ? [] : ['--listen', `${port}=${port + copy}`])], {
      env,
    }),
  );
}

/** Ends restored programs by a signal; checks that each ended well, or as a program ends that does not handle it. */
export async function end(
  place: Place,
  copies: Running[],
  signal: NodeJS.Signals = 'SIGTERM',
  outcome: Pick<Ended, 'code' | 'signal'> = { code: 0, signal: null },
): Promise<void> {
  for (const { child, pid } of copies) {
    // Before that the engine may not have ended, though the program answers.
    while (!existsSync(place.path('run', String(pid), 'program')) && child.exitCode === null) await pause(5);
    child.kill(signal);
  }
  for (const { ended } of copies) expect(await ended).toMatchObject(outcome);
}
