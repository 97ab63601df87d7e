import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apps } from '../support/copies.ts';
import { PROGRAMS, ROOT, type Running } from '../support/crac.ts';
import { missing } from '../support/debian.ts';
import { installPackage } from '../support/installed.ts';
import { place } from '../support/own-place.ts';
import { RuntimeApi } from '../support/platform/runtime-api.ts';

const PRELOAD = join(ROOT, 'dist/lambda.cjs');

const NO_TOOLS = missing('cmake') || missing('c++', 'g++');

let api: RuntimeApi;
beforeEach(async () => {
  api = await RuntimeApi.start();
});
afterEach(() => api.close());

const lambda = (node: string, words: string[], environment: NodeJS.ProcessEnv = {}): Running =>
  place.start(node, words, {
    env: {
      AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start',
      AWS_LAMBDA_RUNTIME_API: api.address,
      AWS_LAMBDA_FUNCTION_NAME: 'counter',
      AWS_LAMBDA_FUNCTION_VERSION: '1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/counter',
      AWS_LAMBDA_LOG_STREAM_NAME: 'stream',
      NODE_OPTIONS: `--require ${PRELOAD}`,
      ...environment,
    },
  });

describe.skipIf(NO_TOOLS)(`AWS's runtime interface client${NO_TOOLS && `: ${NO_TOOLS}`}`, () => {
  let client: string;
  let node: string;
  let task: string;

  beforeAll(async () => {
    const paths = await apps('lambda', 'node24');
    client = join(dirname(paths.lambda), 'index.mjs');
    node = paths.node24;
    task = join(dirname(paths.lambda), '../..');
    installPackage(task);
  }, 900_000);

  const start = (environment: NodeJS.ProcessEnv = {}): Running =>
    lambda(node, [client], { _HANDLER: 'index.handler', LAMBDA_TASK_ROOT: task, ...environment });

  describe.each([
    ['its native client', {}],
    ['its HTTP client', { AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true' }],
  ])('by %s', (_, which) => {
    test('hooks are the last step of init, and the first one of a copy; the handler is unchanged', async () => {
      start(which);
      await api.blocked('/restore/next');
      expect(api.lines).toEqual(['GET /restore/next']);
      await api.restore();
      const { body } = await api.invoke({ greeting: 'bonjour' });
      expect(JSON.parse(body)).toMatchObject({
        event: { greeting: 'bonjour' },
        count: 1,
        hooks: ['before', 'after'],
        isRestored: true,
      });
      const second = await api.invoke({});
      expect(JSON.parse(second.body)).toMatchObject({ count: 2, hooks: ['before', 'after'] });
      await api.blocked('/invocation/next');
      expect(api.lines).toEqual([
        'GET /restore/next',
        'GET /invocation/next',
        'POST /invocation/invocation-1/response',
        'GET /invocation/next',
        'POST /invocation/invocation-2/response',
        'GET /invocation/next',
      ]);
    });

    test('sample events warm the handler up before the snapshot, and their answers go nowhere', async () => {
      const events = place.path('events.json');
      writeFileSync(events, JSON.stringify([{ n: 1 }, { fail: 'on purpose' }, { n: 3 }]));
      const running = start({ ...which, CRAC_LAMBDA_WARM_UP: events });
      await api.restore();
      const { body } = await api.invoke({});
      expect(JSON.parse(body)).toMatchObject({ count: 3, hooks: ['before', 'after'] });
      await api.blocked('/invocation/next');
      expect(api.lines.slice(0, 3)).toEqual([
        'GET /restore/next',
        'GET /invocation/next',
        'POST /invocation/invocation-1/response',
      ]);
      expect(running.stderr()).toMatch(/^crac: note: warm-up event 2 failed in the handler: .*on purpose/m);
    });
  });

  test('what beforeCheckpoint throws is reported as a failure of init, and no snapshot is made', async () => {
    const running = start({ FAIL: 'before' });
    const { headers, body } = await api.request('/init/error');
    expect(headers['lambda-runtime-function-error-type']).toBe('Runtime.BeforeSnapshotError');
    expect(JSON.parse(body)).toMatchObject({
      errorType: 'CheckpointError',
      errorMessage: expect.stringContaining('pool.beforeCheckpoint: RangeError: the pool cannot be closed'),
      stackTrace: expect.any(Array),
    });
    expect(await running.ended).toMatchObject({ code: 64 });
    expect(api.lines).toEqual(['POST /init/error']);
  });

  test('what afterRestore throws is reported as a failure of the restore', async () => {
    const running = start({ FAIL: 'after' });
    await api.restore();
    const { headers, body } = await api.request('/restore/error');
    expect(headers['lambda-runtime-function-error-type']).toBe('Runtime.AfterRestoreError');
    expect(JSON.parse(body)).toMatchObject({
      errorType: 'RestoreError',
      errorMessage: expect.stringContaining('pool.afterRestore: RangeError: the database is away'),
    });
    expect(await running.ended).toMatchObject({ code: 65 });
    expect(api.lines).toEqual(['GET /restore/next', 'POST /restore/error']);
  });

  test('a Runtime API that answers something else is a failure of init that says so', async () => {
    const running = start();
    await api.restore('403 Forbidden');
    const { body } = await api.request('/init/error');
    expect(JSON.parse(body).errorMessage).toContain(
      'the Runtime API answers 403 to /2018-06-01/runtime/restore/next, where it says 200',
    );
    expect(await running.ended).toMatchObject({ code: 64 });
  });

  test('without SnapStart nothing of the package is loaded', async () => {
    start({ AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand' });
    const { body } = await api.invoke({});
    expect(JSON.parse(body)).toMatchObject({ count: 1, hooks: [], isRestored: false });
    expect(api.lines[0]).toBe('GET /invocation/next');
  });
});

describe.each(['fetch', 'http'])('a custom runtime that asks by %s', (client) => {
  const program = join(PROGRAMS, 'custom-runtime.mjs');

  test('waits for its first invocation in a copy', async () => {
    lambda(process.execPath, [program], { CLIENT: client });
    await api.blocked('/restore/next');
    expect(api.lines).toEqual(['GET /restore/next']);
    await api.restore();
    const { body } = await api.invoke({ a: 1 });
    expect(JSON.parse(body)).toMatchObject({ event: { a: 1 }, count: 1 });
  });

  test('is warmed up by sample events', async () => {
    const events = place.path('events.json');
    writeFileSync(events, JSON.stringify([{ n: 1 }, { n: 2 }]));
    lambda(process.execPath, [program], { CLIENT: client, CRAC_LAMBDA_WARM_UP: events });
    await api.restore();
    const { body } = await api.invoke({});
    expect(JSON.parse(body)).toMatchObject({ count: 3 });
    expect(api.lines.slice(0, 2)).toEqual(['GET /restore/next', 'GET /invocation/next']);
  });

  test('a file of events that is none fails init with its path', async () => {
    const running = lambda(process.execPath, [program], {
      CLIENT: client,
      CRAC_LAMBDA_WARM_UP: place.path('nothing.json'),
    });
    const { body } = await api.request('/init/error');
    expect(JSON.parse(body).errorMessage).toContain(
      `CRAC_LAMBDA_WARM_UP: ${place.path('nothing.json')}: ENOENT`,
    );
    expect(await running.ended).toMatchObject({ code: 64 });
  });
});

test('outside of SnapStart the preload is one small file, however it is asked for', async () => {
  const program = place.path('loaded.mjs');
  writeFileSync(
    program,
    `import { createRequire } from 'node:module';
const files = Object.keys(createRequire(import.meta.url).cache).filter((name) => name.includes('/dist/'));
console.log(JSON.stringify([files.map((name) => name.replace(/.*dist/, 'dist')), Math.random.toString()]));\n`,
  );
  for (const words of [
    ['--require', PRELOAD],
    ['--import', join(ROOT, 'dist/lambda.js')],
  ]) {
    const { stdout } = await place.start(process.execPath, [...words, program]).ended;
    expect(JSON.parse(stdout)).toEqual([['dist/lambda.cjs'], 'function random() { [native code] }']);
  }
  expect(existsSync(place.path('run'))).toBe(false);
  const { resolve } = createRequire(join(ROOT, 'package.json'));
  expect(resolve('node-crac/lambda')).toBe(PRELOAD);
});
