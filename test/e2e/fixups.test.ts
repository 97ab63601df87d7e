import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkpoint, end, restoreTwice, run } from '../support/copies.ts';
import { CRAC, get, getJson, PROGRAMS, pause } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
interface Draw {
  begun: number;
  ended: number;
  value: string;
}
type ByDrawer<T> = Record<'main' | 'workerDirect' | 'workerCached' | 'workerPool' | 'child' | 'childPool', T>;

test('no two copies draw the same randomness, in no thread and no child, also not in a draw that the dump cuts in two', async () => {
  const running = run(place, { image, words: [join(PROGRAMS, 'random-everywhere.js')], port: PORT });
  const before = await getJson<ByDrawer<Record<string, string>>>(PORT, '/once');
  expect(Object.keys(before.main)).toHaveLength(19);
  await checkpoint(place, running, image);
  const since = Date.now();
  const copies = restoreTwice(place, { image, port: PORT });
  const [a, b] = [
    await getJson<ByDrawer<Record<string, string>>>(PORT, '/once'),
    await getJson<ByDrawer<Record<string, string>>>(PORT + 1, '/once'),
  ];
  const alike = Object.entries(a).flatMap(([drawer, drawn]) =>
    Object.keys(drawn)
      .filter((kind) => drawn[kind] === b[drawer as keyof typeof b][kind])
      .map((kind) => `${drawer} ${kind}`),
  );
  expect(alike).toEqual([]);
  const loops = await Promise.all(
    [PORT, PORT + 1].map((port) => getJson<ByDrawer<Draw[]>>(port, `/drawn?since=${since}`)),
  );
  const [first, second] = loops as [ByDrawer<Draw[]>, ByDrawer<Draw[]>];
  const common = Object.entries(first).flatMap(([drawer, draws]) => {
    const others = new Set(second[drawer as keyof typeof second].map(({ value }) => value));
    // What a thread had drawn from its own cache and held in its hands at the dump is in all copies.
    const inHands = (draw: Draw) => drawer === 'workerCached' && draw.begun < since;
    return draws.filter((draw) => others.has(draw.value) && !inHands(draw)).map((draw) => ({ drawer, draw }));
  });
  expect(common).toEqual([]);
  for (const loop of loops) for (const draws of Object.values(loop)) expect(draws.length).toBeGreaterThan(0);
  for (const { child } of copies) child.kill('SIGTERM');
  for (const { ended } of copies) expect(await ended).toMatchObject({ signal: 'SIGTERM', stderr: '' });
});

const world = join(PROGRAMS, 'world.js');

interface World {
  environment: Record<string, string>;
  noon: number;
  argv: string[];
  title: string;
}

describe('the world of a restored program', () => {
  test('environment, arguments, time zone and title', async () => {
    const running = run(place, {
      image,
      words: [world, 'old'],
      port: PORT,
      env: { WORLD_GONE: '1', WORLD_OLD: 'old', TZ: 'UTC', NODE_OPTIONS: '--no-deprecation' },
    });
    const started = await getJson<{ main: World; child: World }>(PORT, '/all?path=/world');
    const { CRAC_RUNTIME_DIR, CRAC_ENGINE, ...environment } = started.main.environment;
    expect({ ...started.main, environment }).toEqual({
      environment: { WORLD_GONE: '1', WORLD_OLD: 'old', TZ: 'UTC', NODE_OPTIONS: '--no-deprecation' },
      noon: 12,
      argv: ['old'],
      title: 'the world',
    });
    expect(started.child.environment).toEqual(started.main.environment);
    await checkpoint(place, running, image);

    writeFileSync(place.path('more.env'), '# more\nWORLD_FILE=from the file\n\n');
    const copy = place.start(CRAC, ['restore', image, '--env-file', 'more.env', '--', 'new', 'arguments'], {
      env: { WORLD_OLD: 'changed', WORLD_NEW: 'new', TZ: 'Asia/Tokyo', NODE_OPTIONS: '--no-warnings' },
    });
    const { main } = await getJson<{ main: World }>(PORT, '/all?path=/world');
    expect(main).toEqual({
      environment: {
        CRAC_RUNTIME_DIR,
        CRAC_ENGINE,
        ...(process.env.CRAC_CRIU_PATH && { CRAC_CRIU_PATH: process.env.CRAC_CRIU_PATH }),
        NODE_OPTIONS: '--no-warnings',
        TZ: 'Asia/Tokyo',
        WORLD_FILE: 'from the file',
        WORLD_NEW: 'new',
        WORLD_OLD: 'changed',
      },
      noon: 21,
      argv: ['new', 'arguments'],
      title: 'the world',
    });
    expect(await getJson(PORT, '/new-child')).toEqual({ value: 'new', random: 'number' });
    await end(place, [copy]);
  });

  test('working directory: the caller’s, also when the old one is gone', async () => {
    const old = place.path('old');
    mkdirSync(old);
    const running = run(place, { image, words: [world], port: PORT, cwd: old });
    expect(await getJson(PORT, '/cwd')).toBe(old);
    await checkpoint(place, running, image);
    rmSync(old, { recursive: true });
    mkdirSync(place.path('new'));
    const copy = place.start(CRAC, ['restore', image, '--cwd', 'new']);
    expect(await getJson(PORT, '/cwd')).toBe(place.path('new'));
    await end(place, [copy]);
  });

  test('clocks agree in every thread and child, timers keep their remaining time', async () => {
    const running = run(place, { image, words: [world], port: PORT });
    type Clock = Record<'now' | 'wall' | 'json' | 'later' | 'uptime', number>;
    const before = await getJson<Record<'main' | 'worker' | 'child', Clock>>(PORT, '/all?path=/clock');
    await getJson(PORT, '/start-timers');
    await checkpoint(place, running, image);
    await pause(2000); // the gap that the clocks must show, and the timer must not
    const restoring = Date.now();
    const copy = place.start(CRAC, ['restore', image]);
    const after = await getJson<typeof before>(PORT, '/all?path=/clock');
    for (const clock of Object.values(after)) {
      // Date has whole milliseconds, and the two clocks differ by less than one.
      for (const time of [clock.wall, clock.json]) {
        expect(time).toBeGreaterThan(clock.now - 2);
        expect(time).toBeLessThan(clock.later + 2);
      }
      expect(clock.now).toBeGreaterThanOrEqual(restoring);
      expect(clock.now).toBeLessThanOrEqual(Date.now());
    }
    expect(after.main.now - before.main.now).toBeGreaterThan(2000);
    // Without the gap: the program has lived as long as it ran.
    expect(after.main.uptime - before.main.uptime).toBeLessThan(
      (after.main.now - before.main.now) / 1000 - 1.9,
    );
    let fired: number[] = [];
    for (const until = Date.now() + 60_000; fired.length === 0 && Date.now() < until; await pause(20))
      fired = await getJson<number[]>(PORT, '/timers');
    expect(fired).toHaveLength(1);
    expect(fired[0]).toBeGreaterThanOrEqual(1499);
    await end(place, [copy]);
  });

  test('the Date header tells the present at once', async () => {
    const running = run(place, { image, words: [world], port: PORT });
    await getJson(PORT, '/cwd');
    await http2Date(PORT + 2);
    await checkpoint(place, running, image);
    await pause(2500); // more than the second for which Node keeps the header's text
    const restored = Date.now();
    const copy = place.start(CRAC, ['restore', image]);
    const first = async (ask: () => Promise<number>): Promise<number> => {
      try {
        return await ask();
      } catch (error) {
        if (Date.now() > restored + 30_000) throw error;
        await pause(2);
        return first(ask);
      }
    };
    const dates = await Promise.all([first(() => http2Date(PORT + 2)), first(() => http1Date(PORT))]);
    // The header has whole seconds.
    expect(dates.map((date) => date > restored - 1000)).toEqual([true, true]);
    await end(place, [copy]);
  });

  test('DNS servers: those of resolv.conf now', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('a changed resolv.conf of its own needs a mount: run this as root');
    const running = run(place, { image, words: [world], port: PORT });
    await getJson(PORT, '/dns');
    await checkpoint(place, running, image);
    writeFileSync(place.path('resolv.conf'), 'nameserver 192.0.2.53\n');
    const script = 'mount --bind resolv.conf "$(readlink -f /etc/resolv.conf)" && exec "$0" restore "$1"';
    const copy = place.start('unshare', ['-m', 'sh', '-c', script, CRAC, image]);
    expect(JSON.parse(await get(PORT, '/dns'))).toEqual(['192.0.2.53']);
    await end(place, [copy]);
  });
});

async function http1Date(port: number): Promise<number> {
  const { get: ask } = await import('node:http');
  return new Promise((resolve, reject) => {
    ask({ port, host: '127.0.0.1', path: '/cwd', agent: false }, (response) => {
      response.resume();
      resolve(Date.parse(response.headers.date as string));
    }).on('error', reject);
  });
}

function http2Date(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    session.on('error', reject);
    const request = session.request({ ':path': '/' });
    request.on('error', reject);
    request.on('response', (headers) => {
      resolve(Date.parse(headers.date as string));
      session.close();
    });
    request.resume();
    request.end();
  });
}
