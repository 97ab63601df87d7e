import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, getJson, PROGRAMS, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const count = async (port = PORT): Promise<number> => (await getJson<{ count: number }>(port)).count;

async function start(port = PORT): Promise<Running> {
  const running = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'http-server.js')], {
    env: { PORT: String(port) },
  });
  await running.line(/listening on/);
  return running;
}

const restore = (from: string, ...options: string[]): Running =>
  place.start(CRAC, ['restore', from, ...options]);

async function checkpoint(target: string | number, ...options: string[]): Promise<void> {
  expect(await place.crac('checkpoint', String(target), ...options)).toMatchObject({ code: 0, stderr: '' });
}

async function end(running: Running): Promise<void> {
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
}

describe('a restored program is checkpointed again', () => {
  test('three generations, each into an image of its own; each can still be restored', async () => {
    const images = [image, place.path('second'), place.path('third')];
    let running = await start();
    for (const [generation, to] of images.entries()) {
      expect(await count()).toBe(generation + 1);
      await checkpoint(running.pid, '--image', to);
      expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      running = restore(to);
    }
    expect(await count()).toBe(4);
    await end(running);
    for (const [generation, from] of images.entries()) {
      const again = restore(from);
      expect(await count(), from).toBe(generation + 2);
      await end(again);
    }
  });

  test('into the same image', async () => {
    let running = await start();
    for (let generation = 1; generation <= 3; generation++) {
      expect(await count()).toBe(generation);
      await checkpoint(image);
      expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      running = restore(image);
    }
    expect(await count()).toBe(4);
    await end(running);
  });
});

describe('two copies of one image', () => {
  test('on two ports, each with a state of its own; crac ps lists both', async () => {
    const first = await start();
    await count();
    await checkpoint(image);
    await first.ended;
    const a = restore(image);
    expect(await count()).toBe(2);
    const b = restore(image, '--listen', `${PORT}=${PORT + 1}`);
    expect(await count(PORT + 1)).toBe(2);
    expect(await count(PORT + 1)).toBe(3);
    expect(await count()).toBe(3);

    const { stdout } = await place.crac('ps', '--json');
    expect(JSON.parse(stdout)).toMatchObject([
      { pid: a.pid, kind: 'restored', image },
      { pid: b.pid, kind: 'restored', image },
    ]);
    const table = (await place.crac('ps')).stdout.split('\n').map((line) => line.split(/ {3,}/));
    expect(table.map(([pid, how, , where]) => [pid, how, where])).toEqual([
      ['PID', 'STATE', 'IMAGE'],
      [String(a.pid), 'restored', image],
      [String(b.pid), 'restored', image],
      ['', undefined, undefined],
    ]);

    const ambiguous = await place.crac('checkpoint', image);
    expect(ambiguous).toEqual({
      code: 3,
      signal: null,
      stdout: '',
      stderr: `crac: 2 programs belong to ${image}: name one by its PID\n  crac checkpoint ${a.pid}\n  crac checkpoint ${b.pid}\n`,
    });
    await checkpoint(b.pid, '--image', place.path('of-b'));
    expect(await b.ended).toMatchObject({ code: 0, signal: null });
    expect(await count()).toBe(4);
    const again = restore(place.path('of-b'));
    expect(await count(PORT + 1)).toBe(4);
    await end(again);
    await end(a);
  });

  const taken = (
    port: number,
  ) => `crac: port ${port} is taken (127.0.0.1:${port} is being listened on). Restore on another port with
  --listen ${port}=${port + 1}
or end the program that holds it (ss -ltnp 'sport = :${port}' names it)
`;

  test('on one port: the second is refused', async () => {
    await start();
    await checkpoint(image);
    const a = restore(image);
    await count();
    expect(await place.crac('restore', image)).toEqual({
      code: 73,
      signal: null,
      stdout: '',
      stderr: taken(PORT),
    });
    expect(await count()).toBe(2);
    await end(a);
  });

  test('started at the same instant: exactly one gets the port', async () => {
    await start();
    await checkpoint(image);
    const copies = [restore(image), restore(image), restore(image)];
    await count();
    const refused = await Promise.race(
      copies.map((copy) => copy.ended.then(() => copies.filter((each) => each !== copy))),
    );
    const last = await Promise.race(
      refused.map((copy) => copy.ended.then(() => refused.filter((each) => each !== copy))),
    );
    expect(last).toHaveLength(1);
    const [winner] = last as [Running];
    for (const loser of copies.filter((each) => each !== winner))
      expect(await loser.ended).toEqual({ code: 73, signal: null, stdout: '', stderr: taken(PORT) });
    expect(await count()).toBe(2);
    await end(winner);
  });

  test.each([
    [13579, 53579], // two bytes become three
    [PORT, 97], // and one
  ])('--listen %i=%i: server.address() tells the new port', async (from, to) => {
    const running = await start(from);
    await checkpoint(image);
    await running.ended;
    const again = restore(image, '--listen', `${from}=${to}`);
    expect(await getJson(to, '/address')).toEqual({ address: '127.0.0.1', family: 'IPv4', port: to });
    await end(again);
  });

  test('--share-ports: two copies on one port; the newest is asked, and after it the older one', async () => {
    const running = await start();
    expect(await count()).toBe(1);
    await checkpoint(image);
    await running.ended;
    const older = restore(image);
    expect(await count()).toBe(2);
    const newer = restore(image, '--share-ports');
    await expect.poll(() => count(), { timeout: 30_000 }).toBe(2); // in the newer one, from the image's 1
    await end(newer);
    await end(older);
  });
});

// It failed once in a hundred times when the program was awake before the engine had let go of it.
test('a program that ends at once is restored as well as any', async () => {
  const run = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'stdin-echo.js')], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  run.child.stdin?.write('one\n');
  await run.line(/ONE\n/);
  await checkpoint(image);
  run.child.stdin?.end();
  for (let round = 0; round < 10; round++) {
    const copies = await Promise.all(Array.from({ length: 5 }, () => restore(image).ended));
    expect(copies).toEqual(copies.map(() => ({ code: 7, signal: null, stdout: '1 lines\n', stderr: '' })));
  }
});
