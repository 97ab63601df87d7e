import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, get, getJson, PROGRAMS, ROOT, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { isMute, KINDS, startWith } from '../support/streams.ts';

/** What a program has, of each kind that the engine direct makes anew. */

const PORT = await freePorts(2);

const run = (words: string[], env: NodeJS.ProcessEnv = {}): Running =>
  place.start(CRAC, ['run', '--engine', 'direct', '--image', image, ...words], {
    env: { PORT: String(PORT), ...env },
  });

async function imageOf(program: Running, to = image): Promise<void> {
  expect(await place.crac('checkpoint', String(program.pid), '--image', to)).toMatchObject({
    code: 0,
    stderr: '',
  });
  expect(await program.ended).toMatchObject({ code: 0, signal: null });
}

test('checkpointRestore() in the program: ends it, goes on in each copy, and leaves it running', async () => {
  const script = place.path('asks.mjs');
  writeFileSync(
    script,
    `import { checkpointRestore, restoreTime } from ${JSON.stringify(join(ROOT, 'dist/index.js'))};
     await checkpointRestore();
     console.log('copy', restoreTime() > 0);
     await checkpointRestore({ leaveRunning: true });
     console.log('goes on');`,
  );
  expect(await run([script]).ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const copy = await place.crac('restore', image);
  expect(copy).toMatchObject({ code: 0, stdout: 'copy true\ngoes on\n', stderr: '' });
  expect(await place.crac('restore', image)).toMatchObject({ code: 0, stdout: 'goes on\n', stderr: '' });
});

test('crac build of a program that makes its own checkpoint; it has nothing of what crac build gives to crac run', async () => {
  const script = place.path('own.mjs');
  writeFileSync(
    script,
    `import { createServer } from 'node:http';
     import { checkpointRestore } from ${JSON.stringify(join(ROOT, 'dist/index.js'))};
     const own = Object.keys(process.env).filter((name) => name.startsWith('CRAC_') && !/_(?:ENGINE|RUNTIME_DIR)$/.test(name));
     await checkpointRestore();
     createServer((_, response) => response.end(JSON.stringify(own))).listen(process.env.PORT, '127.0.0.1');`,
  );
  const { code, stderr } = await place.start(CRAC, ['build', '--image', image, script], {
    env: { PORT: String(PORT), CRAC_ENGINE: 'direct' },
  }).ended;
  expect(code, stderr).toBe(0);
  place.start(CRAC, ['restore', image], { env: { PORT: String(PORT) } });
  expect(await getJson(PORT)).toEqual([]);
});

test('files go on at their positions, shared ones together, and logs at their ends', async () => {
  writeFileSync(place.path('data'), 'abcdefghij');
  writeFileSync(place.path('log'), '');
  const script = place.path('files.js');
  writeFileSync(
    script,
    `const fs = require('node:fs');
     const one = fs.openSync('data'), log = fs.openSync('log', 'a'), other = fs.openSync('data');
     const read = (fd, count) => { const to = Buffer.alloc(count); return String(to.subarray(0, fs.readSync(fd, to, 0, count))); };
     console.log(read(one, 3), read(other, 5));
     setInterval(() => {}, 1000);
     process.on('SIGUSR2', () => { fs.writeSync(log, 'x'); console.log(read(one, 3), read(other, 5)); process.exit(3); });`,
  );
  const program = run([script]);
  await program.line(/abc abcde/);
  await imageOf(program);
  writeFileSync(place.path('log'), 'grown');
  const copy = place.start(CRAC, ['restore', image]);
  while (!/node|MainThread/.test(readFileSync(`/proc/${copy.pid}/comm`, 'utf8')))
    await new Promise(setImmediate);
  copy.child.kill('SIGUSR2');
  expect(await copy.ended).toMatchObject({ code: 3, stdout: 'def fghij\n', stderr: '' });
  expect(readFileSync(place.path('log'), 'utf8')).toBe('grownx');
});

test('time in which there is no program is no time for its timers, also of a Worker that waits', async () => {
  const script = place.path('timers.js');
  writeFileSync(
    script,
    `const { Worker, isMainThread, parentPort } = require('node:worker_threads');
     if (!isMainThread) {
       const cell = new Int32Array(new SharedArrayBuffer(4));
       for (;;) { const from = performance.now(); Atomics.wait(cell, 0, 0, 200); parentPort.postMessage(performance.now() - from); }
     }
     let waited = [];
     new Worker(__filename).on('message', (time) => waited.push(time));
     const answer = () => { const all = waited; waited = []; return JSON.stringify({ all, now: performance.now() }); };
     require('node:http').createServer((_, response) => response.end(answer())).listen(process.env.PORT, '127.0.0.1');`,
  );
  const program = run([script]);
  type Seen = { all: number[]; now: number };
  const before = await getJson<Seen>(PORT);
  const from = performance.now();
  await imageOf(program);
  const gap = 3000;
  await new Promise((resolve) => setTimeout(resolve, gap));
  const copy = place.start(CRAC, ['restore', image]);
  const after = await getJson<Seen>(PORT);
  expect(after.now).toBeGreaterThan(before.now);
  expect(after.now - before.now).toBeLessThan(performance.now() - from - gap);
  const waits: number[] = [];
  while (waits.length < 5) waits.push(...(await getJson<Seen>(PORT)).all);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(190);
  copy.child.kill('SIGKILL');
  await copy.ended;
});

test.skipIf(process.geteuid?.() !== 0)(
  'as PID 1 of a container: two copies differ, and hear signals',
  async () => {
    const inNamespace = (...words: string[]) =>
      place.start('unshare', ['-p', '-f', '--kill-child', '--mount-proc', ...words], {
        env: { PORT: String(PORT) },
      });
    const program = inNamespace(
      CRAC,
      'run',
      '--engine',
      'direct',
      '--image',
      image,
      join(PROGRAMS, 'http-server.js'),
    );
    await getJson(PORT, '/random');
    const first = readFileSync(`/proc/${program.pid}/task/${program.pid}/children`, 'utf8').trim();
    // The command's own end is the namespace's, which goes with the program.
    await place.start('nsenter', ['-t', first, '-p', '-m', CRAC, 'checkpoint', image]).ended;
    expect(await program.ended).toMatchObject({ code: 0, signal: null });
    const drawn: Record<string, string>[] = [];
    for (let copy = 0; copy < 2; copy++) {
      const restored = inNamespace(CRAC, 'restore', image);
      drawn.push(await getJson(PORT, '/random'));
      const init = readFileSync(`/proc/${restored.pid}/task/${restored.pid}/children`, 'utf8').trim();
      process.kill(Number(init), 'SIGTERM');
      expect(await restored.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    }
    const [one = {}, other = {}] = drawn;
    expect(Object.keys(one).filter((kind) => one[kind] === other[kind])).toEqual([]);
  },
);

test('crac inspect tells of the process and its threads; a checkpoint leaves no record', async () => {
  const program = run([join(PROGRAMS, 'http-server.js')]);
  await getJson(PORT);
  const threads = readdirSync(`/proc/${program.pid}/task`).length;
  await imageOf(program);
  const { code, stdout } = await place.crac('inspect', image, '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    manifest: { engine: { name: 'direct' } },
    processes: [{ pid: program.pid, threads }],
  });
  expect(readdirSync(place.path('run')).filter((name) => /^\d+$/.test(name))).toEqual([]);
});

describe('standard streams', () => {
  test('a program that waits for its input is restored with any kind of them', async () => {
    const program = startWith(
      place,
      'pipe',
      [CRAC, 'run', '--engine', 'direct', '--image', image, join(PROGRAMS, 'stdin-echo.js')],
      'one\n',
    );
    await program.line(/ONE\n/);
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
    expect(await program.end()).toMatchObject({ code: 0, output: 'ONE\n' });
    for (const kind of KINDS) {
      const { code, output } = await startWith(place, kind, [CRAC, 'restore', image], 'two\nthree\n').end();
      expect({ kind, code, output }).toEqual({
        kind,
        code: 7,
        output: isMute(kind) ? '' : 'TWO\nTHREE\n3 lines\n',
      });
    }
  });
});

test.each([
  ['a recursive mutex', 'pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE)', 'mutex'],
  [
    'a mutex that inherits priority',
    'pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT)',
    'mutex',
  ],
  ['a lock of one writer', 'pthread_mutexattr_gettype(&attributes, &type)', 'rwlock'],
])('%s that a thread holds when it is stopped can be unlocked in a copy', async (_, kind, type) => {
  const [lock, trylock] = type === 'mutex' ? ['lock', 'trylock'] : ['wrlock', 'trywrlock'];
  const library = place.path('holder.node');
  writeFileSync(
    place.path('holder.c'),
    `#define _GNU_SOURCE
     #include <node_api.h>
     #include <pthread.h>
     #include <unistd.h>
     static pthread_${type}_t mutex;
     static volatile int go, outcome = -1;
     static void *hold(void *data) { pthread_${type}_${lock}(&mutex); while (!go) usleep(1000); outcome = pthread_${type}_unlock(&mutex); return data; }
     static napi_value begin(napi_env env, napi_callback_info info) { pthread_t thread; int type; pthread_mutexattr_t attributes; pthread_mutexattr_init(&attributes); ${kind}; (void)type; pthread_${type}_init(&mutex, ${type === 'mutex' ? '&attributes' : 'NULL'}); pthread_create(&thread, NULL, hold, NULL); (void)env; (void)info; return NULL; }
     static napi_value end(napi_env env, napi_callback_info info) { napi_value result; (void)info; go = 1; while (outcome < 0) usleep(1000);
       int taken = pthread_${type}_${trylock}(&mutex); napi_create_int32(env, outcome * 1000 + taken, &result); return result; }
     NAPI_MODULE_INIT() { napi_value f; napi_create_function(env, "begin", 5, begin, NULL, &f); napi_set_named_property(env, exports, "begin", f);
       napi_create_function(env, "end", 3, end, NULL, &f); napi_set_named_property(env, exports, "end", f); return exports; }`,
  );
  const headers = join(ROOT, 'node_modules/node-api-headers/include');
  const compiled = spawnSync(
    'cc',
    ['-shared', '-fPIC', '-I', headers, '-o', library, place.path('holder.c')],
    { encoding: 'utf8' },
  );
  expect(compiled).toMatchObject({ status: 0, stderr: '' });
  writeFileSync(
    place.path('holds.js'),
    `const holder = require('./holder.node');
     holder.begin();
     require('node:http').createServer((request, response) => response.end(JSON.stringify(request.url === '/end' ? holder.end() : 'here')))
       .listen(process.env.PORT, '127.0.0.1');`,
  );
  const program = run([place.path('holds.js')]);
  expect(await getJson(PORT)).toBe('here');
  await imageOf(program);
  const copy = place.start(CRAC, ['restore', image]);
  expect(await getJson(PORT, '/end')).toBe(0);
  copy.child.kill('SIGKILL');
  await copy.ended;
});

test('memory is right in every generation of a program that does everything with it', async () => {
  const SCALE = '100';
  const script = join(ROOT, 'test/command/image/programs/torture.cjs');
  const reference = place.start(process.execPath, ['--expose-gc', script], {
    env: { PORT: String(PORT + 1), SCALE },
  });
  await reference.line(/ready/);
  const expected: string[] = [];
  for (const step of [1, 2, 3, 4, 5]) expected.push(await get(PORT + 1, `/step/${step}`));
  reference.child.kill('SIGKILL');
  let program = run(['--expose-gc', script], { SCALE });
  await program.line(/ready/);
  const digests = [await get(PORT, '/step/1'), await get(PORT, '/step/2')];
  for (const generation of [3, 4, 5]) {
    const to = place.path(`image-${generation}`);
    await imageOf(program, to);
    program = place.start(CRAC, ['restore', to]);
    digests.push(await get(PORT, `/step/${generation}`));
    rmSync(to, { recursive: true }); // the copy that runs must not notice
  }
  expect(digests).toEqual(expected);
  program.child.kill('SIGKILL');
  await program.ended;
}, 240_000);
