import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apps } from '../support/copies.ts';
import { CRAC, getJson, Place, PROGRAMS, type Running } from '../support/crac.ts';
import { freePorts } from '../support/ports.ts';
import { As, NOBODY, whyNoUsers } from '../support/user.ts';

const PORT = await freePorts(3);
const VERSIONS = ['node22', 'node24', 'node26'] as const;
const SERVER = join(PROGRAMS, 'http-server.js');
const why = whyNoUsers();
let paths: Record<(typeof VERSIONS)[number], string>;
let place: Place;
let image: string;

beforeAll(async () => {
  paths = await apps(...VERSIONS);
}, 900_000);
beforeEach(() => {
  place = new Place();
  image = place.path('image');
});
afterEach(() => place.close());

type Random = Record<string, string | number>;

const alike = (a: Random, b: Random): string[] => Object.keys(a).filter((kind) => a[kind] === b[kind]);

function run(words: string[], env: NodeJS.ProcessEnv = {}): Running {
  return place.start(CRAC, ['run', '--engine', 'direct', '--image', image, ...words], {
    env: { PORT: String(PORT), ...env },
  });
}

async function checkpoint(of: Running, ...options: string[]): Promise<void> {
  expect(await place.crac('checkpoint', String(of.pid), ...options)).toMatchObject({ code: 0, stderr: '' });
  expect(await of.ended).toMatchObject({ code: 0, signal: null });
}

async function end(running: Running): Promise<void> {
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
}

const count = async (port = PORT): Promise<number> => (await getJson<{ count: number }>(port)).count;

describe.each(['this', ...VERSIONS] as const)('with %s node', (version) => {
  const node = () => (version === 'this' ? [] : ['--node', paths[version]]);

  test('a program writes itself and is restored, generation after generation', async () => {
    let program = run([...node(), SERVER]);
    expect(await count()).toBe(1);
    for (let generation = 2; generation <= 4; generation++) {
      const to = place.path(`image-${generation}`);
      await checkpoint(program, '--image', to);
      program = place.start(CRAC, ['restore', to]);
      expect(await count()).toBe(generation);
    }
    await end(program);
  });

  test('two copies draw other random numbers, and have other PIDs, ports, environments and arguments', async () => {
    const program = run([...node(), SERVER, 'before']);
    await getJson(PORT, '/random');
    await checkpoint(program);
    const copies = [PORT, PORT + 1].map((port) =>
      place.start(CRAC, ['restore', image, '--listen', `${PORT}=${port}`, '--', `of ${port}`], {
        env: { COPY: String(port) },
      }),
    );
    const [a, b] = [await getJson<Random>(PORT, '/random'), await getJson<Random>(PORT + 1, '/random')];
    expect(alike(a, b)).toEqual([]);
    for (const port of [PORT, PORT + 1]) {
      expect(await getJson(port, '/env?name=COPY')).toEqual({ value: String(port) });
      expect((await getJson<string[]>(port, '/argv')).slice(2)).toEqual([`of ${port}`]);
    }
    for (const copy of copies) await end(copy);
  });
});

test('the monotonic clock goes on where it stood, and the wall clock is the present one', async () => {
  const program = run([SERVER]);
  const before = await getJson<{ perfNow: number }>(PORT, '/time');
  await checkpoint(program);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const copy = place.start(CRAC, ['restore', image]);
  const after = await getJson<Record<'now' | 'timeOrigin' | 'perfNow', number>>(PORT, '/time');
  expect(after.perfNow).toBeGreaterThan(before.perfNow);
  expect(Math.abs(after.timeOrigin + after.perfNow - after.now)).toBeLessThan(1000); // less than the time between
  await end(copy);
});

test.skipIf(why)('a user that can never have a capability checkpoints and restores', async () => {
  const as = new As(place, NOBODY);
  chmodSync(as.home, 0o755);
  const env = { PORT: String(PORT) };
  const program = as.start(['run', '--engine', 'direct', '--image', as.path('image'), SERVER], env);
  expect(await count()).toBe(1);
  expect(await as.crac('checkpoint', as.path('image'))).toMatchObject({ code: 0, stderr: '' });
  expect(await program.ended).toMatchObject({ code: 0, signal: null });
  const copy = as.start(['restore', as.path('image')], env);
  expect(await count()).toBe(2);
  await end(copy);
});
