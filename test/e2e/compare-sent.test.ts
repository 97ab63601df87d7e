import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { builder, expectClean, FIXTURES } from '../support/build.ts';
import { CRAC } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { As, NOBODY, whyNoUsers } from '../support/user.ts';

const PORT = await freePorts(5);
const PASSWORD = 'hunter2xZ81abcdEF99';
const SENDER = join(FIXTURES, 'sender.mjs');
const build = builder(PORT);

/** A server of this machine; it answers whatever comes. */
let peer: Server;
let env: Record<string, string>;
beforeEach(async () => {
  peer = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write('+OK\r\n'));
  }).listen(0, '127.0.0.1');
  await once(peer, 'listening');
  const { port } = peer.address() as { port: number };
  env = { PORT: String(PORT), PEER: String(port), PEER_PASSWORD: PASSWORD };
});
afterEach(() => peer.close());

const leftBehind = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('crac-sent-'));

/** The port of the peer is another each time. */
const same = (text: string): string => text.replaceAll(`127.0.0.1:${env.PEER}`, 'PEER');

const ORDER = /^ {2}sent to PEER: bytes after order: {3}[0-9a-f]{24}$/m;
const NAME =
  /sent by both copies, and not new with each request \(.*\): sent to PEER: bytes after CLIENT SETNAME "sender…"$/m;

describe('--watch-outgoing', () => {
  test('crac build: what two copies send to a server of this machine', async () => {
    const before = leftBehind();
    // Nobody names an engine: it is one that can do it.
    const { code, stderr } = await build(['--watch-outgoing', SENDER], { ...env, CRAC_ENGINE: '' });
    expect(code, stderr).toBe(0);
    expect(same(stderr)).toMatch(ORDER);
    expect(same(stderr)).toMatch(NAME);
    expect(stderr).not.toContain('hunter2');
    expectClean(['image']);
    expect(leftBehind()).toEqual(before);
  });

  test('… and none where the ids are their own', async () => {
    const { code, stderr } = await build(['--strict', '--watch-outgoing', SENDER], { ...env, FINE: '1' });
    expect(code, stderr).toBe(0);
    expect(same(stderr)).toMatch(NAME);
  });

  const why = whyNoUsers();
  test.skipIf(why)(`crac compare, by an ordinary user${why ? ` (skipped: ${why})` : ''}`, async () => {
    const nobody = new As(place, NOBODY);
    const made = nobody.path('image');
    expect(await nobody.start(['build', '--image', made, SENDER], env).ended).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await nobody.start(['compare', made, '--watch-outgoing'], env).ended;
    expect({ code, stderr }).toEqual({ code: 5, stderr: '' });
    expect(same(stdout)).toMatch(ORDER);
  });

  test('a program that is not asked sends by itself', async () => {
    const worker = place.path('worker.mjs');
    writeFileSync(
      worker,
      `import { createHash, randomUUID } from 'node:crypto';
       import { connect } from 'node:net';
       let last = randomUUID();
       console.log('ready');
       setInterval(() => {
         last = createHash('sha256').update(last).digest('hex');
         const socket = connect(Number(process.env.PEER), '127.0.0.1', () => socket.end('job ' + last + '\\n'));
         socket.on('error', () => {}).resume();
       }, 50);`,
    );
    const { code, stderr } = await build(['--ready-line', 'ready', '--watch-outgoing', worker], env);
    expect(code, stderr).toBe(0);
    expect(same(stderr)).toMatch(/^ {2}sent to PEER: bytes after job {3}[0-9a-f]{44}…( {3}\d+ times)?$/m);
  });

  test('what does not go together is said', async () => {
    expect(await place.crac('compare', image, '--watch-outgoing', '--listen', '1=2')).toMatchObject({
      code: 2,
      stderr:
        'crac: --listen does not go with --watch-outgoing: each copy has a network of its own then, and no port is taken\n',
    });
  });
});

describe('crac restore --reach', () => {
  test.each([
    [['--reach', '5432'], '--reach goes with --network private'],
    [['--network', 'private', '--reach', 'x'], '--reach x: expected [ADDRESS:]PORT, as 5432 or [::1]:5432'],
    [['--network', 'private', '--record-sent', '/'], '--record-sent goes with --reach, which says to whom'],
    [
      ['--network', 'private', '--reach', '1', '--record-sent', '/nowhere'],
      '--record-sent /nowhere: there is no such directory',
    ],
  ])('%j is refused', async (words, message) => {
    expect(await build(['--no-compare', SENDER], env)).toMatchObject({ code: 0 });
    const { code, stderr } = await place.start(CRAC, ['restore', image, ...words]).ended;
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`crac: ${message}`) });
  });
});
