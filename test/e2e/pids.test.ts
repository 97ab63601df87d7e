import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, getJson } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** PIDs of the program: raised above those that a restore itself needs, and what happens where they are not. */

const PORT = await freePorts(20);
const ONLY_THE_FILE = ['-P', '/proc/sys/kernel/ns_last_pid', '-e', 'inject=openat:error=EROFS'];

const canTrace = spawnSync('strace', ['-V']).status === 0;

async function pidOf(words: string[], wrapper: string[] = []): Promise<{ pid: number; stderr: string }> {
  writeFileSync(place.path('app.js'), 'console.log(process.pid)');
  const [command = '', ...rest] = [...wrapper, CRAC, 'run', '--image', image, ...words, 'app.js'];
  const { stdout, stderr } = await place.start(command, rest).ended;
  return { pid: Number(stdout), stderr };
}

test('G12: the program has a PID from --min-pid on; unless told, another one in each run', async () => {
  const drawn = await Promise.all([1, 2, 3].map(() => pidOf([])));
  for (const { pid, stderr } of drawn) {
    expect(stderr).toBe('');
    expect(pid).toBeGreaterThanOrEqual(1000);
    expect(pid).toBeLessThan(30_000);
  }
  expect(new Set(drawn.map(({ pid }) => pid)).size).toBeGreaterThan(1);
  expect(await pidOf(['--min-pid', '300'])).toEqual({ pid: 300, stderr: '' });
});

test.skipIf(!canTrace)(
  `G12: where ns_last_pid cannot be written, PIDs are passed by making processes${canTrace ? '' : ' (needs strace)'}`,
  async () => {
    const wrapper = ['strace', '-f', '-o', '/dev/null', ...ONLY_THE_FILE];
    expect(await pidOf(['--min-pid', '300'], wrapper)).toEqual({ pid: 300, stderr: '' });
    const { pid, stderr } = await pidOf([], wrapper);
    expect({ drawn: pid >= 1000 && pid < 30_000, stderr }).toEqual({ drawn: true, stderr: '' });
  },
);

test('a --min-pid above what the kernel gives is told, and the program runs all the same', async () => {
  const { pid, stderr } = await pidOf(['--min-pid', '5000000']);
  expect(pid).toBeGreaterThan(1);
  expect(stderr).toBe(
    'crac: warning: PIDs above 4999999 cannot be had: see `sysctl kernel.pid_max`, and give a lower --min-pid\n',
  );
});

test("G10: a program whose PIDs the restore's own processes have is restored all the same", async () => {
  writeFileSync(
    place.path('app.js'),
    `require('http').createServer((q, r) => r.end(String(process.pid))).listen(${PORT}, '127.0.0.1', () => console.log('up'));`,
  );
  const program = place.start(CRAC, ['run', '--image', image, '--min-pid', '1', 'app.js']);
  await program.line(/up/);
  expect(await get(PORT)).toBe('2'); // right above the namespace's init, where the engine would be
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
  await program.ended;
  const restored = place.start(CRAC, ['restore', image]);
  expect(await get(PORT)).toBe('2');
  restored.child.kill('SIGTERM');
  expect(await restored.ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
  // Nothing of the attempt that failed is left.
  expect(
    execFileSync(CRAC, ['ps'], { env: { ...process.env, CRAC_RUNTIME_DIR: place.path('run') } }).toString(),
  ).not.toContain(image);
});

interface Pids {
  main: number;
  worker: number;
  child: number;
  parentOfShell: number;
}

test('--pid-alias: another process.pid in each copy that asks for one, in Workers and children too', async () => {
  writeFileSync(
    place.path('app.js'),
    `const { execFileSync, fork } = require('node:child_process');
const { once } = require('node:events');
const { isMainThread, parentPort, Worker } = require('node:worker_threads');
if (!isMainThread) parentPort.on('message', () => parentPort.postMessage(process.pid));
else if (process.send) process.on('message', () => process.send(process.pid));
else {
  const child = fork(__filename);
  const worker = new Worker(__filename);
  const ask = async (peer, send) => {
    send();
    return (await once(peer, 'message'))[0];
  };
  const answer = async () => {
    const signalled = once(process, 'SIGUSR2');
    process.kill(process.pid, 'SIGUSR2');
    await signalled;
    return {
      main: process.pid,
      worker: await ask(worker, () => worker.postMessage('')),
      child: await ask(child, () => child.send('')),
      parentOfShell: Number(execFileSync('sh', ['-c', 'echo $PPID'])),
    };
  };
  require('node:http')
    .createServer(async (request, response) => response.end(JSON.stringify(await answer())))
    .listen(${PORT}, '127.0.0.1');
}`,
  );
  const program = place.start(CRAC, ['run', '--image', image, '--min-pid', '1234', 'app.js']);
  const before = await getJson<Pids>(PORT);
  expect(before).toMatchObject({ main: 1234, worker: 1234, parentOfShell: 1234 });
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
  const asked = [[], ['--pid-alias', 'random'], ['--pid-alias', 'random'], ['--pid-alias=77']];
  const copies = asked.map((words, copy) =>
    place.start(CRAC, ['restore', image, '--listen', `${PORT}=${PORT + copy}`, ...words]),
  );
  const seen = await Promise.all(asked.map((_, copy) => getJson<Pids>(PORT + copy)));
  for (const { main, worker, child, parentOfShell } of seen)
    expect([worker, child - main, parentOfShell]).toEqual([main, before.child - before.main, 1234]);
  expect([seen[0]?.main, seen[3]?.main]).toEqual([1234, 77]);
  expect(seen[1]?.main).toBeGreaterThan(4194304);
  expect(seen[2]?.main).toBeGreaterThan(4194304);
  expect(new Set(seen.map(({ main }) => main)).size).toBe(4);
  // Asked for once more: what the program is made of is known to the kernel by other numbers.
  const { code, stderr } = await place.crac(
    'checkpoint',
    String(copies[3]?.pid),
    '--image',
    place.path('again'),
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('a --pid-alias that is none', async () => {
  expect(await place.crac('restore', image, '--pid-alias', 'me')).toMatchObject({
    code: 2,
    stderr: 'crac: --pid-alias me: expected `random`, or a number from 1 to 999999999\n',
  });
});

test('a library that keeps a name of host and PID is a note', async () => {
  const library = place.path('node_modules', 'node-resque');
  mkdirSync(library, { recursive: true });
  writeFileSync(
    join(library, 'index.js'),
    "exports.name = require('node:os').hostname() + ':' + process.pid;",
  );
  writeFileSync(
    place.path('app.js'),
    "require('node-resque'); console.log('up'); setInterval(() => {}, 1000);",
  );
  const program = place.start(CRAC, ['run', '--image', image, 'app.js']);
  await program.line(/up/);
  expect(await place.crac('checkpoint', image)).toMatchObject({
    code: 0,
    stderr:
      'crac: note: node-resque makes the name of its workers (`name`) of host and PID, which all copies have alike: give it one of its own in afterRestore, or start it there, after `crac restore --pid-alias random` (docs/uniqueness.md)\n',
  });
});
