import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PROGRAMS, ROOT, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { onlyCriu, TREES } from '../support/which-engine.ts';

const PROGRAM = join(PROGRAMS, 'outgoing.js');
let server: Server;
let port: number;
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((_request, response) => response.end('answer'));
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  server.keepAliveTimeout = 0;
  server.headersTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

async function start(what: string, options: string[] = []): Promise<Running> {
  const words = ['run', '--image', image, ...options, PROGRAM, String(port), what];
  const program = place.start(join(ROOT, 'bin/crac'), words, {
    env: { CRAC_LIBRARY: join(ROOT, 'dist/index.cjs') },
  });
  await program.line(/ready/);
  return program;
}

const plain = (text: string): string =>
  text
    .replaceAll(`127.0.0.1:${port}`, 'SERVER')
    .replaceAll(ROOT, 'ROOT')
    .replace(/process \d+ \(.*?\)(?=[: ])/g, 'process PID (COMMAND)')
    .replace(/at \d{4}-.*Z/g, 'at TIME');

onlyCriu(
  TREES,
).test('each connection that no adapter owns is named: process, peer, place; an agent’s is not', async () => {
  const program = await start('all');
  const { code, stderr } = await place.crac('checkpoint', image);
  expect({ code, stderr: plain(stderr) }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "crac: note: the connection to SERVER belongs to no library that has an adapter: the engine cuts it, and each restored copy sees its end. Opened at ROOT/test/fixtures/programs/outgoing.js:9:24. Close it in beforeCheckpoint and open it again in afterRestore (docs/library.md)
    crac: note: the connection of process PID (COMMAND) to SERVER belongs to no library that has an adapter: the engine cuts it, and each restored copy sees its end. Opened at ROOT/test/fixtures/programs/outgoing.js:9:24. Close it in beforeCheckpoint and open it again in afterRestore (docs/library.md)
    ",
    }
  `);
  await program.ended;
});

test('the same of a program of one process', async () => {
  const program = await start('alone');
  const { code, stderr } = await place.crac('checkpoint', image);
  expect({ code, stderr: plain(stderr) }).toEqual({
    code: 0,
    stderr:
      'crac: note: the connection to SERVER belongs to no library that has an adapter: the engine cuts it, and each restored copy sees its end. Opened at ROOT/test/fixtures/programs/outgoing.js:9:24. Close it in beforeCheckpoint and open it again in afterRestore (docs/library.md)\n',
  });
  await program.ended;
});

test('--strict: no image, and the program of one process goes on', async () => {
  const program = await start('alone', ['--strict']);
  for (const more of [[], ['--dry-run'], ['--strict']]) {
    const { code, stderr } = await place.crac('checkpoint', image, ...more);
    expect(code).toBe(1);
    expect(stderr.match(/ERR_CRAC_CONNECTION_NOT_OWNED/g)).toHaveLength(1);
  }
  expect(program.child.exitCode).toBe(null);
  expect(program.stdout()).toBe('ready\n');
});

onlyCriu(TREES).test('--strict: no image, and the program goes on', async () => {
  const program = await start('all', ['--strict']);
  for (const more of [[], ['--dry-run'], ['--strict']]) {
    const { code, stderr } = await place.crac('checkpoint', image, ...more);
    expect(code).toBe(1);
    expect(stderr.match(/ERR_CRAC_CONNECTION_NOT_OWNED/g)).toHaveLength(2);
    expect(stderr).toMatch(/process \d+ \(.*outgoing\.js.*\)/);
  }
  expect(program.child.exitCode).toBe(null);
  expect(program.stdout()).toBe('ready\n');
});

test('--strict: what a hook closes and opens again is fine', async () => {
  const program = await start('closed', ['--strict']);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
});
