import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { apps, end, run } from '../support/copies.ts';
import { CRAC, get, getJson, PROGRAMS } from '../support/crac.ts';
import { engineThat } from '../support/engine.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
/** Milliseconds that the program stands still: longer than anything that a busy machine does to it. */
const PAUSE = 6000;
const VERSIONS = ['node22', 'node24', 'node26'] as const;
let paths: Record<(typeof VERSIONS)[number] | 'pressure', string>;

beforeAll(async () => {
  paths = await apps(...VERSIONS, 'pressure');
}, 900_000);

interface Measured {
  mean: number;
  max: number;
  count: number;
  percentile: number;
  deltas: number;
  longestDelta: number;
  ticks: number;
  active: number;
  utilization: number;
  cpu: { user: number; system: number };
  cpuIsUsage: boolean;
  grown: boolean[];
}
type Threads = Record<'main' | 'worker' | 'child', Measured>;

const slow = () => engineThat(place, 'dump', `sleep ${PAUSE / 1000}; exec "$CRIU" "$@"`);

async function checkpointSlowly(...options: string[]): Promise<void> {
  const outcome = await place.crac('checkpoint', image, '--engine', `criu,path=${slow()}`, ...options);
  expect(outcome).toMatchObject({ code: 0 });
}

/** Until each has measured something since. */
async function measured(): Promise<Threads[]> {
  const all: Threads[] = [];
  const hasAll = (threads: Threads) =>
    Object.values(threads).every(({ count, deltas }) => count > 1 && deltas > 1);
  do all.push(await getJson<Threads>(PORT));
  while (!hasAll(all.at(-1) as Threads));
  return all;
}

function expectNoPause(all: Threads[]): void {
  for (const threads of all)
    for (const [thread, one] of Object.entries(threads)) {
      for (const value of [one.mean, one.max, one.percentile, one.longestDelta])
        expect(value / 1e6).toBeLessThan(PAUSE);
      // A Worker is stopped by the engine wherever it stands, and may count that as work.
      if (thread !== 'worker') expect(one.active).toBeLessThan(PAUSE);
      expect(one.cpu.user).toBeGreaterThanOrEqual(0);
      expect(one.cpu.system).toBeGreaterThanOrEqual(0);
      expect([one.cpuIsUsage, ...one.grown]).toEqual([true, true, true, true]);
    }
}

describe.each(['this', ...VERSIONS] as const)('with %s node', (version) => {
  test('the checkpoint is no delay, no work and no CPU time below what was: main thread, Worker, child', async () => {
    const node = version === 'this' ? [] : ['--node', paths[version]];
    const program = run(place, { image, words: [...node, join(PROGRAMS, 'load.mjs')], port: PORT });
    await measured();
    await checkpointSlowly();
    await program.ended;
    const copy = place.start(CRAC, ['restore', image]);
    const [first, ...more] = await measured();
    expectNoPause([first as Threads, ...more]);
    await end(place, [copy], 'SIGTERM', { code: null, signal: 'SIGTERM' });
  });
});

test('a program that goes on after its checkpoint has no pause in its measures either', async () => {
  const program = run(place, { image, words: [join(PROGRAMS, 'load.mjs')], port: PORT });
  await measured();
  await checkpointSlowly('--leave-running');
  const { main } = (await measured())[0] as Threads;
  expect(main.max / 1e6).toBeLessThan(PAUSE);
  expect(main.longestDelta / 1e6).toBeLessThan(PAUSE);
  expect(main.active).toBeLessThan(PAUSE);
  program.child.kill('SIGTERM');
  await program.ended;
});

test('@fastify/under-pressure, @directus/pressure and toobusy-js let every request through after a restore', async () => {
  const program = run(place, { image, words: [paths.pressure], port: PORT });
  expect(await get(PORT)).toBe('ok');
  await checkpointSlowly();
  await program.ended;
  const copy = place.start(CRAC, ['restore', image]);
  const answers = new Set<string>();
  for (let looked = 0; looked < 8; ) {
    const answer = JSON.parse(await get(PORT, '/all')) as { answers: string[]; looked: number };
    for (const each of answer.answers) answers.add(each);
    looked = answer.looked;
  }
  expect([...answers]).toEqual(['200 under-pressure', '200 pressure', '200 toobusy']);
  await end(place, [copy], 'SIGTERM', { code: null, signal: 'SIGTERM' });
});
