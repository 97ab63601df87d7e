import { readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CRAC, getJson, PROGRAMS, type Running } from './crac.ts';
import { image, place } from './own-place.ts';
import { freePorts } from './ports.ts';

export const PORT = await freePorts(5);

export async function start(env: NodeJS.ProcessEnv = {}, directory = image): Promise<Running> {
  const running = place.start(CRAC, ['run', '--image', directory, join(PROGRAMS, 'http-server.js')], {
    env: { PORT: String(PORT), ...env },
  });
  await running.line(/listening on/);
  return running;
}

export const count = async (): Promise<number> => (await getJson<{ count: number }>(PORT)).count;

/**
 * Expects that the program answers with its state, can be checkpointed after all, and nothing else is left of the
 * failure.
 */
export async function goesOn(running: Running, expected: { count: number; files: string[] }): Promise<void> {
  expect(await count()).toBe(expected.count);
  await expect.poll(() => files(), { timeout: 20_000 }).toEqual(expected.files);
  expect(await place.crac('checkpoint', String(running.pid), '--image', place.path('good'))).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  const again = place.start(CRAC, ['restore', place.path('good')]);
  expect(await count()).toBe(expected.count + 1);
  again.child.kill('SIGTERM');
  expect(await again.ended).toMatchObject({ code: 0, signal: null });
  await expect.poll(() => processes(), { timeout: 20_000 }).toEqual([]);
  expect(records()).toEqual([]);
}

const OURS = /^(run|good|engine-.*)$/;
export const files = (): string[] =>
  readdirSync(place.directory)
    .filter((name) => !OURS.test(name))
    .sort();
export const records = (): string[] => readdirSync(place.path('run')).filter((name) => /^\d/.test(name));

/** Lists everything that works in the test's directory, as all that it starts does. */
export function processes(): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/cwd`).startsWith(place.directory);
    } catch {
      return false; // ended meanwhile
    }
  });
}

export const shown = (text: string): string =>
  text.replaceAll(place.directory, 'HERE').replace(/\S+criu: /, 'criu: ');
