import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apps, checkpoint, end, restoreTwice, run } from '../support/copies.ts';
import { CRAC, get, getJson, Place, PROGRAMS, ROOT } from '../support/crac.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const VERSIONS = ['node22', 'node24', 'node26'] as const;
let paths: Record<(typeof VERSIONS)[number] | 'express', string>;
let place: Place;
let image: string;

beforeAll(async () => {
  paths = await apps(...VERSIONS, 'express');
}, 900_000);
beforeEach(() => {
  place = new Place();
  image = place.path('image');
});
afterEach(() => place.close());

type Random = Record<string, string | number>;

/** Names of the kinds of randomness that both copies drew alike. */
const alike = (a: Random, b: Random): string[] => Object.keys(a).filter((kind) => a[kind] === b[kind]);

describe.each(['this', ...VERSIONS] as const)('with %s node', (version) => {
  const words = (...rest: string[]): string[] =>
    version === 'this' ? rest : ['--node', paths[version], ...rest];

  test.each(['http-server.js', 'http-server.mjs'])(
    '%s: state, randomness, clock and environment of its own',
    async (name) => {
      const running = run(place, { image, words: words(join(PROGRAMS, name)), port: PORT });
      const { startedAt } = await getJson<{ startedAt: string }>(PORT);
      await getJson(PORT, '/random');
      await checkpoint(place, running, image);
      const copies = restoreTwice(place, { image, port: PORT });
      for (const port of [PORT, PORT + 1]) expect(await getJson(port)).toEqual({ count: 2, startedAt });
      const [a, b] = [await getJson<Random>(PORT, '/random'), await getJson<Random>(PORT + 1, '/random')];
      expect(alike(a, b)).toEqual([]);
      const { now, timeOrigin, perfNow } = await getJson<Record<'now' | 'timeOrigin' | 'perfNow', number>>(
        PORT,
        '/time',
      );
      expect(Math.abs(timeOrigin + perfNow - now)).toBeLessThan(5);
      await end(place, copies);
    },
  );

  test('workers.js: Workers with randomness of their own', async () => {
    const running = run(place, { image, words: words(join(PROGRAMS, 'workers.js')), port: PORT });
    await getJson(PORT, '/random');
    await checkpoint(place, running, image);
    const copies = restoreTwice(place, { image, port: PORT });
    type All = { main: Random; workers: Random[] };
    const [a, b] = [await getJson<All>(PORT, '/random'), await getJson<All>(PORT + 1, '/random')];
    expect(
      [a.main, ...a.workers].map((drawn, i) => alike(drawn, [b.main, ...b.workers][i] as Random)),
    ).toEqual([[], [], []]);
    for (const { child } of copies) child.kill('SIGTERM');
    for (const { ended } of copies) expect(await ended).toMatchObject({ signal: 'SIGTERM', stderr: '' });
  });

  test('express, unmodified', async () => {
    const running = run(place, { image, words: words(paths.express), port: PORT });
    const { startedAt } = await getJson<{ startedAt: string }>(PORT, '/count');
    await checkpoint(place, running, image);
    const copies = restoreTwice(place, { image, port: PORT });
    for (const port of [PORT, PORT + 1])
      expect(await getJson(port, '/count')).toEqual({ count: 2, startedAt });
    await end(place, copies);
  });

  test('library.mjs: a checkpoint asked for by the API', async () => {
    mkdirSync(place.path('node_modules'));
    symlinkSync(ROOT, place.path('node_modules/node-crac'));
    symlinkSync(join(ROOT, 'test/fixtures/library/library.mjs'), place.path('library.mjs'));
    const running = run(place, {
      image,
      words: words('--', '--preserve-symlinks', '--preserve-symlinks-main', 'library.mjs'),
      port: PORT,
    });
    expect(await getJson(PORT)).toEqual({
      connected: true,
      entries: 1,
      implemented: true,
      restoreTime: -1,
    });
    await fetch(`http://127.0.0.1:${PORT}/checkpoint`, { method: 'POST' });
    expect(await running.ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        new RegExp(
          `^listening on ${PORT}\ncache: beforeCheckpoint with 2 entries\ndatabase: beforeCheckpoint\n$`,
        ),
      ),
    });
    const started = Date.now();
    const copy = place.start(CRAC, ['restore', image]);
    const { restoreTime, ...rest } = JSON.parse(await get(PORT)) as Record<string, number>;
    expect(rest).toEqual({ connected: true, entries: 3, implemented: true });
    expect(restoreTime).toBeGreaterThanOrEqual(started);
    await expect
      .poll(() => copy.stdout())
      .toBe('database: afterRestore\ncache: afterRestore with 2 entries\ncheckpoint: restored\n');
    copy.child.kill('SIGTERM');
    expect(await copy.ended).toMatchObject({ signal: 'SIGTERM' });
  });
});
