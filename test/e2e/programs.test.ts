import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { apps, checkpoint, end, restoreTwice, run } from '../support/copies.ts';
import { CRAC, get, getJson, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { onlyCriu, TREES } from '../support/which-engine.ts';

const PORT = await freePorts(5);
const program = (name: string) => join(PROGRAMS, name);

test.each(['http-server.js', 'http-server.mjs'])('%s goes on in two copies', async (name) => {
  const running = run(place, { image, words: [program(name)], port: PORT });
  const { startedAt } = await getJson<{ startedAt: string }>(PORT);
  await checkpoint(place, running, image);
  const copies = restoreTwice(place, { image, port: PORT });
  expect([await getJson(PORT), await getJson(PORT), await getJson(PORT + 1)]).toEqual([
    { count: 2, startedAt },
    { count: 3, startedAt },
    { count: 2, startedAt },
  ]);
  await end(place, copies);
});

test('a script goes on where it stood and ends with its own exit code', async () => {
  const go = place.path('go');
  const running = run(place, { image, words: [program('timer-script.js'), '6', '5', '100', go], port: PORT });
  await running.line(/tick 1\n/);
  await checkpoint(place, running, image);
  writeFileSync(go, '');
  const copies = [0, 1].map(() => place.start(CRAC, ['restore', image]));
  const rest = Array.from({ length: 5 }, (_, i) => `tick ${i + 2}\n`).join('');
  for (const { ended } of copies)
    expect(await ended).toEqual({ code: 5, signal: null, stdout: rest, stderr: '' });
});

test('Workers keep their state and go on', async () => {
  const running = run(place, { image, words: [program('workers.js')], port: PORT });
  expect(await getJson(PORT)).toEqual({ worker: 'a', jobs: 1, result: 6765 });
  await checkpoint(place, running, image);
  const copies = restoreTwice(place, { image, port: PORT });
  for (const port of [PORT, PORT + 1])
    expect([await getJson(port), await getJson(port), await getJson(port)]).toEqual([
      { worker: 'b', jobs: 1, result: 6765 },
      { worker: 'a', jobs: 2, result: 6765 },
      { worker: 'b', jobs: 2, result: 6765 },
    ]);
  for (const { child } of copies) child.kill('SIGTERM');
  for (const { ended } of copies) expect(await ended).toMatchObject({ signal: 'SIGTERM', stderr: '' });
});

onlyCriu(
  TREES,
).test('children with pipes and with IPC go on, with their state, and their ends are seen', async () => {
  const running = run(place, { image, words: [program('children.js')], port: PORT });
  const ask = async (port: number) => {
    const { counter, shell } = await getJson<{ counter: { count: number }; shell: string }>(port);
    return { counter: counter.count, shell };
  };
  expect(await ask(PORT)).toEqual({ counter: 1, shell: '1 hello' });
  const pids = await getJson(PORT, '/pids');
  await checkpoint(place, running, image);
  const copies = restoreTwice(place, { image, port: PORT });
  expect([await ask(PORT), await ask(PORT), await ask(PORT + 1)]).toEqual([
    { counter: 2, shell: '2 hello' },
    { counter: 3, shell: '3 hello' },
    { counter: 2, shell: '2 hello' },
  ]);
  expect([await getJson(PORT, '/pids'), await getJson(PORT + 1, '/pids')]).toEqual([pids, pids]);
  for (const { child } of copies) child.kill('SIGTERM');
  for (const { ended } of copies) {
    const { code, stdout, stderr } = await ended;
    expect({ code, lines: stdout.split('\n').sort(), stderr }).toEqual({
      code: 0,
      lines: ['', 'counter ended: 0', 'shell ended: 0'],
      stderr: '',
    });
  }
});

test('cluster workers share the port again', async () => {
  const running = run(place, { image, words: [program('cluster.js')], port: PORT });
  await running.line(/listening on/);
  const before = [await getJson<{ worker: number }>(PORT), await getJson<{ worker: number }>(PORT)];
  expect(before.map(({ worker }) => worker).sort()).toEqual([1, 2]);
  await checkpoint(place, running, image);
  const copies = restoreTwice(place, { image, port: PORT });
  const randoms = new Set<number>();
  for (const port of [PORT, PORT + 1]) {
    type Answer = { worker: number; count: number; random: number };
    const after = [await getJson<Answer>(port), await getJson<Answer>(port)];
    expect(after.map(({ worker, count }) => `${worker}: ${count}`).sort()).toEqual(['1: 2', '2: 2']);
    for (const { random } of after) randoms.add(random);
  }
  expect(randoms.size).toBe(4);
  for (const { child } of copies) child.kill('SIGTERM');
  for (const { ended } of copies) expect(await ended).toMatchObject({ code: 0, signal: null });
});

describe('TypeScript by type stripping', () => {
  const VERSIONS = ['node22', 'node24', 'node26'] as const;
  let nodes: Record<(typeof VERSIONS)[number], string>;
  beforeAll(async () => {
    nodes = await apps(...VERSIONS);
  }, 900_000);

  test.each(VERSIONS)('%s', async (version) => {
    const words = ['--node', nodes[version], '--', '--no-warnings', program('typescript.ts')];
    const running = run(place, { image, words, port: PORT });
    const { startedAt } = await getJson<{ startedAt: string }>(PORT);
    await checkpoint(place, running, image);
    const copies = restoreTwice(place, { image, port: PORT });
    for (const port of [PORT, PORT + 1]) expect(await getJson(port)).toEqual({ count: 2, startedAt });
    await end(place, copies);
  });
});

test('options of node stand before the script, as for node itself', async () => {
  writeFileSync(place.path('esm.mjs'), "globalThis.loaded = ['import'];\n");
  writeFileSync(place.path('cjs.cjs'), 'globalThis.required = true;\n');
  writeFileSync(
    place.path('app.cjs'),
    `const { getHeapStatistics } = require('node:v8');
     require('node:http').createServer((request, response) => response.end(JSON.stringify({
       loaded: globalThis.loaded, required: globalThis.required, execArgv: process.execArgv, argv: process.argv.slice(2),
       heap: Math.round(getHeapStatistics().heap_size_limit / 2 ** 20) < 400,
     }))).listen(process.env.PORT, '127.0.0.1');
     process.on('SIGTERM', () => process.exit(0));`,
  );
  const options = ['--import', './esm.mjs', '--max-old-space-size=200', '-r', './cjs.cjs'];
  const running = run(place, { image, words: ['--', ...options, 'app.cjs', '--flag'], port: PORT });
  const seen = { loaded: ['import'], required: true, execArgv: options, argv: ['--flag'], heap: true };
  expect(await getJson(PORT)).toEqual(seen);
  await checkpoint(place, running, image);
  const copy = place.start(CRAC, ['restore', image]);
  expect(JSON.parse(await get(PORT))).toEqual(seen);
  await end(place, [copy]);
});
