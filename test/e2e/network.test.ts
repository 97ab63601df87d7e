import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CRAC, get, getJson, PROGRAMS, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { As, USER, whyNoUsers } from '../support/user.ts';

const INSIDE = await freePorts(5);
const OUTSIDE = INSIDE + 1;
const SERVER = join(PROGRAMS, 'http-server.js');
const env = { PORT: String(INSIDE) };

const count = async (port: number) => (await getJson<{ count: number }>(port)).count;

async function makeImage(): Promise<void> {
  const running = place.start(CRAC, ['run', '--image', image, SERVER], { env });
  expect(await count(INSIDE)).toBe(1);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await running.ended;
}

const restore = (...options: string[]): Running => place.start(CRAC, ['restore', image, ...options]);
const refusal = (code: number, stderr: string) => ({ code, signal: null, stdout: '', stderr });

describe('restore --network private', () => {
  test('copies with one fixed port side by side, each reached by a port of its own', async () => {
    await makeImage();
    const copies = [0, 1, 2].map((copy) =>
      restore('--network', 'private', '--publish', `${OUTSIDE + copy}:${INSIDE}`),
    );
    for (const copy of [0, 1, 2]) {
      expect(await count(OUTSIDE + copy)).toBe(2);
      expect(await getJson(OUTSIDE + copy, '/address')).toMatchObject({ port: INSIDE });
    }
    expect(await count(OUTSIDE + 1)).toBe(3); // a state of its own
    expect(await count(OUTSIDE)).toBe(3);
    for (const { child } of copies) child.kill('SIGTERM');
    for (const { ended } of copies) expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    await expect(get(OUTSIDE, '/', 0)).rejects.toThrow(); // nobody listens there any more
  });

  test('large bodies go both ways, many at once', async () => {
    await makeImage();
    restore('--network', 'private', '--publish', `${OUTSIDE}:${INSIDE}`);
    expect(await count(OUTSIDE)).toBe(2);
    const bodies = Array.from({ length: 20 }, (_, i) => Buffer.alloc(1_000_000 + i, `${i} of twenty `));
    const echoed = await Promise.all(
      bodies.map(async (body) => {
        const answer = await fetch(`http://127.0.0.1:${OUTSIDE}/echo`, { method: 'POST', body });
        return Buffer.from(await answer.arrayBuffer());
      }),
    );
    for (const [i, body] of bodies.entries()) expect(echoed[i]?.equals(body)).toBe(true);
  });

  test('the copy can be checkpointed again, and restored in any network', async () => {
    await makeImage();
    const copy = restore('--network', 'private', '--publish', `${OUTSIDE}:${INSIDE}`);
    expect(await count(OUTSIDE)).toBe(2);
    const second = place.path('second');
    expect(await place.crac('checkpoint', String(copy.pid), '--image', second)).toMatchObject({ code: 0 });
    await copy.ended;
    place.start(CRAC, ['restore', second, '--network', 'private', '--publish', `${OUTSIDE}:${INSIDE}`]);
    expect(await count(OUTSIDE)).toBe(3);
    place.start(CRAC, ['restore', second]);
    expect(await count(INSIDE)).toBe(3);
  });

  test('where the program does not listen, a connection is reset', async () => {
    await makeImage();
    const [wrong, right] = [`${OUTSIDE}:9`, `${OUTSIDE + 1}:${INSIDE}`];
    restore('--network', 'private', '--publish', wrong, '--publish', right);
    expect(await count(OUTSIDE + 1)).toBe(2);
    const answer = fetch(`http://127.0.0.1:${OUTSIDE}/`);
    await expect(answer).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  });

  test('published for IPv6; what connects before the program runs waits for it', async () => {
    await makeImage();
    restore('--network', 'private', '--publish', `[::1]:${OUTSIDE}:${INSIDE}`);
    for (;;) {
      const answer = await fetch(`http://[::1]:${OUTSIDE}/`).catch(({ cause }) => cause);
      if (answer.code === 'ECONNREFUSED') continue; // not even the restorer is there
      expect(await answer.json()).toMatchObject({ count: 2 });
      break;
    }
  });
});

test('run --network private', async () => {
  place.start(CRAC, [
    ...['run', '--image', image, '--network', 'private', '--publish', `${OUTSIDE}:${INSIDE}`],
    SERVER,
    String(INSIDE),
  ]);
  // Nothing waits for a program that is only starting: the first connections may be reset.
  expect(await getJson(OUTSIDE, '/address')).toMatchObject({ port: INSIDE });
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
});

describe('a network namespace by its path', () => {
  const name = `crac-test-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  const why = made.status === 0 ? '' : ` (skipped: ip netns add: ${made.error?.message ?? made.stderr})`;
  afterEach(() => {
    if (!why) execFileSync('ip', ['netns', 'delete', name]);
  });

  test.skipIf(why)(`is entered${why}`, async () => {
    await makeImage();
    execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    restore('--network', `/run/netns/${name}`, '--publish', `${OUTSIDE}:${INSIDE}`);
    expect(await count(OUTSIDE)).toBe(2);
    const inside = execFileSync('ip', ['netns', 'exec', name, 'cat', '/proc/net/tcp'], { encoding: 'utf8' });
    expect(inside).toContain(`0100007F:${INSIDE.toString(16).toUpperCase()}`);
  });
});

describe('what is refused', () => {
  test('a published port that is taken', async () => {
    await makeImage();
    const server = createServer().listen(OUTSIDE, '127.0.0.1');
    await once(server, 'listening');
    try {
      expect(
        await place.crac('restore', image, '--network', 'private', '--publish', `${OUTSIDE}:${INSIDE}`),
      ).toEqual(
        refusal(
          73,
          `crac: --publish ${OUTSIDE}:${INSIDE}: cannot listen there: Address already in use. Publish on another port, or end the program that holds it (ss -ltnp names it)\n`,
        ),
      );
    } finally {
      server.close();
    }
  });

  test.each([
    [
      ['--publish', '1:2'],
      "--publish goes with --network private; on the machine's network move a port with --listen OLD=NEW",
    ],
    [
      ['--network', 'private', '--publish', '3000'],
      '--publish 3000: expected [ADDRESS:]OUTSIDE:INSIDE, as 8080:3000 or 0.0.0.0:8080:3000',
    ],
    [
      ['--network', 'bridge'],
      '--network bridge: expected host, private, or the path of a network namespace, as /run/netns/NAME',
    ],
    [
      ['--network', 'private', '--or-run', 'x.js'],
      "--or-run does not go with --network: without the image the program would be on the machine's network",
    ],
  ])('%j', async (options, message) => {
    await makeImage();
    expect(await place.crac('restore', image, ...options)).toEqual(refusal(2, `crac: ${message}\n`));
  });

  test('a program that listens on an address which a private network does not have', async () => {
    const where = Object.values((await import('node:os')).networkInterfaces())
      .flat()
      .find((one) => one && !one.internal && one.family === 'IPv4')?.address;
    if (where === undefined) return; // this machine has only a loopback interface: no program can listen so
    const script = place.path('server.js');
    const listen = `listen(${INSIDE}, '${where}', () => console.log('listening'))`;
    writeFileSync(script, `require('node:http').createServer().${listen}`);
    const running = place.start(CRAC, ['run', '--image', image, script]);
    await running.line(/listening/);
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
    expect(await place.crac('restore', image, '--network', 'private')).toEqual(
      refusal(
        73,
        `crac: the image listens on ${where}:${INSIDE}, and a private network has only the loopback interface. Listen on 0.0.0.0 or 127.0.0.1\nbefore the checkpoint, or restore without --network private\n`,
      ),
    );
  });

  test('an address of IPv6 is in brackets', async () => {
    const added = spawnSync('ip', ['-6', 'addr', 'add', 'fd00:c0de::1/128', 'dev', 'lo', 'nodad'], {
      encoding: 'utf8',
    });
    if (added.status !== 0) return; // the machine has no IPv6, or this is no network of our own
    try {
      const script = place.path('server.js');
      const listen = `listen(${INSIDE}, 'fd00:c0de::1', () => console.log('listening'))`;
      writeFileSync(script, `require('node:http').createServer().${listen}`);
      const running = place.start(CRAC, ['run', '--image', image, script]);
      await running.line(/listening/);
      expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
      expect((await place.crac('restore', image, '--network', 'private')).stderr).toBe(
        `crac: the image listens on [fd00:c0de::1]:${INSIDE}, and a private network has only the loopback interface. Listen on 0.0.0.0 or 127.0.0.1\nbefore the checkpoint, or restore without --network private\n`,
      );
    } finally {
      spawnSync('ip', ['-6', 'addr', 'del', 'fd00:c0de::1/128', 'dev', 'lo']);
    }
  });
});

const why = whyNoUsers();
test.skipIf(why)(`ordinary users${why ? ` (skipped: ${why})` : ''}`, async () => {
  const user = new As(place, USER);
  const words = ['--network', 'private', '--publish', `${OUTSIDE}:${INSIDE}`];
  const running = user.start(['run', '--image', user.path('image'), ...words, SERVER], env);
  expect(await count(OUTSIDE)).toBe(1);
  expect(await user.crac('checkpoint', user.path('image'))).toMatchObject({ code: 0, stderr: '' });
  await running.ended;
  user.start(['restore', user.path('image'), ...words]);
  expect(await count(OUTSIDE)).toBe(2);
});
