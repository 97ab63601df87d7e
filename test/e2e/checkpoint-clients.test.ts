import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, pause, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);

/** Behind a proxy that talks to it by a unix socket, with a second way in for the test. */
const SERVER = `
const http = require('http');
let count = 0;
const answer = (request, response) => response.end(String(++count));
http.createServer(answer).listen(process.argv[2], () =>
  http.createServer(answer).listen(${PORT}, '127.0.0.1', () => console.log('listening')));
`;

const program = (source: string, name = 'app.cjs'): string => {
  writeFileSync(place.path(name), source);
  return place.path(name);
};

async function startServer(): Promise<Running> {
  const running = place.start(CRAC, ['run', '--image', image, program(SERVER), place.path('app.sock')]);
  await running.line(/listening/);
  return running;
}

function client(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(place.path('app.sock'), () => resolve(socket));
    socket.on('error', reject);
  });
}

/** The program stands still when the engine's directory appears; the engine looks at it some milliseconds later. */
async function standsStill(): Promise<void> {
  while (!readdirSync(place.directory).some((name) => name.startsWith('image.partial-'))) await pause(1);
}

const askBySocket = (): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath: place.path('app.sock'), path: '/' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject).end();
  });

async function bothWaysAnswer(): Promise<void> {
  const copy = place.start(CRAC, ['restore', image]);
  expect(await get(PORT)).toBe('1');
  expect(await askBySocket()).toBe('2');
  copy.child.kill('SIGTERM');
  await copy.ended;
}

test('clients of a unix socket that go away while the engine works', async () => {
  await startServer();
  const clients = await Promise.all(Array.from({ length: 20 }, client));
  const checkpoint = place.crac('checkpoint', image);
  await standsStill();
  for (const socket of clients) socket.destroy();
  expect(await checkpoint).toMatchObject({ code: 0, stderr: '' });
  await bothWaysAnswer();
});

test('clients of a unix socket that come while the engine works', async () => {
  await startServer();
  const checkpoint = place.crac('checkpoint', image);
  await standsStill();
  const waiting = await Promise.all(Array.from({ length: 10 }, client));
  for (const socket of waiting) socket.on('error', () => {}); // the program ends
  expect(await checkpoint).toMatchObject({ code: 0, stderr: '' });
  await bothWaysAnswer();
});

test('clients of a unix socket that come and go while the engine works', async () => {
  await startServer();
  const checkpoint = place.crac('checkpoint', image);
  await standsStill();
  for (let i = 0; i < 10; i++) (await client()).destroy();
  expect(await checkpoint).toMatchObject({ code: 0, stderr: '' });
  await bothWaysAnswer();
});

test('a client that went away before, and whose end the program has not read', async () => {
  const path = program(`
    const kept = [];
    require('net').createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => kept.push(socket)).listen(process.argv[2]);
    require('http').createServer((request, response) => {
      kept[0]?.on('data', (data) => response.end(String(data))).resume();
    }).listen(${PORT}, '127.0.0.1', () => console.log('listening'));
  `);
  const running = place.start(CRAC, ['run', '--image', image, path, place.path('app.sock')]);
  await running.line(/listening/);
  const socket = await client();
  await new Promise<void>((resolve) => socket.end('its last words', resolve));
  socket.destroy();
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  const copy = place.start(CRAC, ['restore', image]);
  expect(await get(PORT)).toBe('its last words');
  copy.child.kill('SIGTERM');
  await copy.ended;
});

test('a connection to a server outside that has not accepted it', async () => {
  const outside = place.start(process.execPath, [
    '-e',
    `require('net').createServer().listen(process.argv[1], () => {
      console.log('up');
      setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0), 50);
    });`,
    place.path('outside.sock'),
  ]);
  await outside.line(/up/);
  await pause(100); // from now on it accepts nothing
  const path = program(`
    let state = 'waits';
    const socket = require('net').connect(process.argv[2], () => console.log('connected'));
    socket.on('end', () => { state = 'over'; }).on('error', () => { state = 'over'; });
    socket.on('close', () => console.log('closed'));
    setInterval(() => {}, 1000);
  `);
  const running = place.start(CRAC, ['run', '--image', image, path, place.path('outside.sock')]);
  await running.line(/connected/);
  expect(await place.crac('checkpoint', image)).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^crac: note: the connection to a unix socket of a process outside .*\n$/),
  });
  const copy = place.start(CRAC, ['restore', image]);
  await copy.line(/closed/);
  copy.child.kill('SIGKILL');
  outside.child.kill('SIGKILL');
});

const WATCHER = `
let events = 0;
require('fs').watch('.', { recursive: true }, () => { events++; });
`;

test.each([
  ['the program', WATCHER],
  ['a Worker of it', `new (require('worker_threads').Worker)(${JSON.stringify(WATCHER)}, { eval: true });`],
  [
    'a child of it',
    `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(WATCHER)}], { stdio: 'ignore' });`,
  ],
])('%s watches the directory in which the image is made', async (_, watcher) => {
  const path = program(`
    ${watcher}
    require('http').createServer((request, response) => response.end('well')).listen(${PORT}, '127.0.0.1', () =>
      setTimeout(() => console.log('listening'), 500));
  `);
  const running = place.start(CRAC, ['run', '--image', image, path]);
  await running.line(/listening/);
  // The second replaces an image whose files the program has come to watch.
  expect(await place.crac('checkpoint', image, '--leave-running')).toMatchObject({ code: 0, stderr: '' });
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await running.ended;
  expect(existsSync(join(image, 'restore.conf'))).toBe(true);
  const copy = place.start(CRAC, ['restore', image]);
  expect(await get(PORT)).toBe('well');
  copy.child.kill('SIGTERM');
  await copy.ended;
});
