import { existsSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CRAC, getJson, Place, PROGRAMS, pause } from '../../support/crac.ts';
import { freePorts } from '../../support/ports.ts';

const PORT = await freePorts(5);
let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => place.close());

async function run(...options: string[]) {
  const program = join(PROGRAMS, 'http-server.js');
  const running = place.start(CRAC, ['run', '--image', place.path('image'), ...options, program], {
    env: { PORT: String(PORT) },
  });
  await running.line(/listening on/);
  return running;
}

const checkpoint = (...options: string[]) => place.crac('checkpoint', place.path('image'), ...options);
const formOf = (image: string): string =>
  JSON.parse(readFileSync(join(place.path(image), 'manifest.json'), 'utf8')).memory.form;
const count = async () => (await getJson<{ count: number }>(PORT)).count;

test('an image in copy-on-write form works wherever it is moved, and may be removed under a running copy', async () => {
  await run();
  expect(await count()).toBe(1);
  expect(await checkpoint()).toMatchObject({ code: 0, stderr: '' });
  expect(formOf('image')).toBe('cow');
  renameSync(place.path('image'), place.path('elsewhere'));
  // Read-only, as in a container's layer, and without programs, as a volume may be.
  const mount = 'mount --bind "$1" "$1" && mount -o remount,bind,ro,noexec "$1" && exec "$2" restore "$1"';
  const command = ['-m', '--propagation', 'private', 'sh', '-c', mount, 'sh', place.path('elsewhere'), CRAC];
  const restored = place.start('unshare', command);
  expect(await count()).toBe(2);
  rmSync(place.path('elsewhere'), { recursive: true, force: true });
  expect(await count()).toBe(3);
  // The page file has no name any more; what was never written to is read from it all the same.
  expect(await place.crac('checkpoint', String(restored.pid), '--image', place.path('image'))).toMatchObject({
    code: 0,
    stderr: '',
  });
  place.start(CRAC, ['restore', place.path('image')]);
  expect(await count()).toBe(4);
});

test('the form is chosen at the start or at the checkpoint, and stays with the program', async () => {
  const running = await run('--image-form', 'plain');
  expect(
    await checkpoint('--leave-running', '--image-form', 'cow', '--image', place.path('other')),
  ).toMatchObject({
    code: 0,
  });
  expect(formOf('other')).toBe('cow');
  expect(await checkpoint()).toMatchObject({ code: 0 });
  await running.ended;
  expect(formOf('image')).toBe('plain');
  expect(existsSync(place.path('image', 'crac-memory.img'))).toBe(false);
  place.start(CRAC, ['restore', place.path('image')]);
  expect(await count()).toBe(1);
  expect(await checkpoint()).toMatchObject({ code: 0 });
  expect(formOf('image')).toBe('plain');
  expect(await place.crac('checkpoint', '1', '--image-form', 'compressed')).toMatchObject({ code: 2 });
});

test('a page file that is cut off is found before it can kill the program', async () => {
  const running = await run();
  expect(await checkpoint()).toMatchObject({ code: 0 });
  await running.ended;
  const file = place.path('image', 'crac-memory.img');
  truncateSync(file, 8192);
  const { code, stderr } = await place.crac('restore', place.path('image'));
  expect(code).toBe(72);
  expect(stderr).toMatch(/^crac: .*crac-memory\.img/);
});

test.runIf(process.geteuid?.() === 0)(
  'after a boot the first restore warms the cache of kernel features',
  async () => {
    const running = await run();
    expect(await checkpoint()).toMatchObject({ code: 0 });
    await running.ended;
    const [cache, key] = [place.path('run', 'criu.kdat'), place.path('run', 'criu.kdat.key')];
    const expected = { cache: readFileSync(cache).length, key: readFileSync(key, 'utf8').trim() };
    writeFileSync(key, expected.key.replace(/^\S+/, 'another-boot'));
    rmSync(cache);
    place.start(CRAC, ['restore', place.path('image')]);
    expect(await count()).toBe(1);
    for (let i = 0; i < 3000 && readFileSync(key, 'utf8').trim() !== expected.key; i++) await pause(10);
    expect({ cache: readFileSync(cache).length, key: readFileSync(key, 'utf8').trim() }).toEqual(expected);
  },
);
