import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { apps, restoreTwice, run } from '../support/copies.ts';
import { getJson, pause, type Running } from '../support/crac.ts';
import { compile, installPackage } from '../support/installed.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

// The sub-path exports, in applications that use them: each serves a stock that its hooks close and open.
let app: string;

beforeAll(async () => {
  app = join(dirname((await apps('frameworks')).frameworks), '..');
  installPackage(app);
  compile(app);
}, 300_000);

interface Answer {
  status: number;
  retryAfter: string | null;
  body: Record<string, unknown>;
}

async function ask(port: number, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { connection: 'close', ...init.headers };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}

const ROUTE = '/internal/checkpoint';
const post = (port: number, headers: Record<string, string> = {}) =>
  ask(port, ROUTE, { method: 'POST', headers });

/** Until it is answered in that way; the program is on its way there. */
async function askUntil(port: number, path: string, status: number): Promise<Answer> {
  for (const until = Date.now() + 60_000; ; await pause(5)) {
    const answer = await ask(port, path);
    if (answer.status === status || Date.now() > until) return answer;
  }
}

const PORT = await freePorts(16);
const TAKEN = { status: 200, retryAfter: null };
const NEST = { events: ['controller before', 'closed', 'opened', 'controller after'] };
const OTHERS = { events: ['closed', 'opened'] };
const CASES: { name: string; port: number; adapter?: string; events: string[] }[] = [
  { name: 'express', port: PORT, ...OTHERS },
  { name: 'fastify', port: PORT + 2, ...OTHERS },
  { name: 'koa', port: PORT + 4, ...OTHERS },
  { name: 'hono', port: PORT + 6, ...OTHERS },
  { name: 'nest', port: PORT + 8, ...NEST },
  { name: 'nest', port: PORT + 10, adapter: 'fastify', ...NEST },
];

const titled = CASES.map((each) => ({ ...each, title: `${each.name} ${each.adapter ?? ''}`.trim() }));

describe.each(titled)('$title', ({ name, port, adapter = '', events }) => {
  const start = (): Running =>
    run(place, { image, words: [join(app, `dist/${name}.js`)], port, env: { ADAPTER: adapter } });

  test('requests in flight end well, new ones are refused, and after the restore they wait for the hooks', async () => {
    const program = start();
    await program.line(/listening/);
    const inFlight = ask(port, '/take?ms=2500');
    await pause(100);
    expect(await post(port)).toMatchObject({ status: 202, body: { message: 'The checkpoint has begun.' } });
    expect(await askUntil(port, '/take', 503)).toEqual({
      status: 503,
      retryAfter: '2',
      body: {
        statusCode: 503,
        code: 'ERR_CRAC_CHECKPOINT_IN_PROGRESS',
        error: 'Service Unavailable',
        message: 'A checkpoint of this program is being made. Try again.',
      },
    });
    expect(await inFlight).toEqual({ ...TAKEN, body: { taken: 'one', events: [] } });
    expect(await program.ended).toMatchObject({ code: 0, signal: null });

    const copies = restoreTwice(place, { image, port });
    for (const at of [port, port + 1]) expect(await getJson(at, '/take')).toEqual({ taken: 'one', events });
    const state = {
      implemented: true,
      checkpointing: false,
      lastError: null,
      restoredAt: expect.any(String),
    };
    expect(await ask(port, ROUTE)).toMatchObject({ status: 200, body: state });
    await Promise.all(copies.map(({ child }) => child.kill('SIGKILL')));
  });
});

describe.each(titled)('$title, without crac run', ({ name, port, adapter = '' }) => {
  test('works, and says that no checkpoint can be made', async () => {
    const env = { PORT: String(port), ADAPTER: adapter };
    const program = place.start(process.execPath, [join(app, `dist/${name}.js`)], { env });
    await program.line(/listening/);
    expect(await ask(port, '/take')).toEqual({ ...TAKEN, body: { taken: 'one', events: [] } });
    expect(await post(port)).toMatchObject({
      status: 501,
      body: { message: expect.stringContaining('Start the program with `crac run') },
    });
    expect(await post(port, { 'x-forwarded-for': '192.0.2.1' })).toMatchObject({ status: 403 });
    expect(await post(port, { origin: 'http://example.com' })).toMatchObject({ status: 403 });
  });
});

test('a checkpoint that fails is told of by the route and on standard error; requests are answered again', async () => {
  const port = PORT + 12;
  const env = { STILL_TAKING: '3' };
  const program = run(place, { image, words: [join(app, 'dist/express.js')], port, env });
  await program.line(/listening/);
  expect(await ask(port, '/take')).toMatchObject(TAKEN);
  expect(await post(port)).toMatchObject({ status: 202 });
  await program.line(/The checkpoint failed with 1 error/);
  expect(await ask(port, ROUTE)).toMatchObject({
    body: {
      checkpointing: false,
      restoredAt: null,
      lastError: {
        code: 'ERR_CRAC_CHECKPOINT_FAILED',
        errors: ['stock.beforeCheckpoint: Error: 3 things are still being taken'],
      },
    },
  });
  expect(await ask(port, '/take')).toMatchObject({ ...TAKEN, body: { events: ['closed', 'opened'] } });
});

test('CommonJS gets the same functions', async () => {
  const script = `for (const name of ['express', 'fastify', 'hono', 'koa', 'nest'])
    console.log(name, Object.keys(require('node-crac/' + name)).sort().join());`;
  const done = place.start(process.execPath, ['-e', script], { cwd: app });
  expect(await done.ended).toMatchObject({
    stderr: expect.not.stringContaining('Error'),
    stdout: [
      'express checkpointRoute,duringCheckpoint',
      'fastify crac,default',
      'hono checkpointRoute,duringCheckpoint',
      'koa checkpointRoute,duringCheckpoint',
      'nest AfterRestore,BeforeCheckpoint,CracModule',
      '',
    ].join('\n'),
  });
});
