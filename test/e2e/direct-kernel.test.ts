import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { apps } from '../support/copies.ts';
import { CRAC, get, getJson, PROGRAMS, ROOT, type Running } from '../support/crac.ts';
import { madeByAnOlderOne, madeUnderAnotherKernel } from '../support/other-kernel.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** Images of the engine direct under another kernel than the one that they were made under. */

const PORT = await freePorts(1);
const SERVER = join(PROGRAMS, 'http-server.js');
const VERSIONS = ['node22', 'node24', 'node26'] as const;
let paths: Record<(typeof VERSIONS)[number], string>;

beforeAll(async () => {
  paths = await apps(...VERSIONS);
}, 900_000);

const RUN = ['run', '--engine', 'direct', '--image'];
const env = { PORT: String(PORT) };
const start = (...words: string[]): Running => place.start(words[0] as string, words.slice(1), { env });

async function imageOf(program: Running, to = image): Promise<void> {
  const ended = await place.crac('checkpoint', String(program.pid), '--image', to);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
}

async function end(program: Running): Promise<void> {
  program.child.kill('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
}

type Time = Record<'now' | 'timeOrigin' | 'perfNow', number>;

/** The wall clock is ours, and the monotonic one goes on. */
async function clocksAreRight(before: Time): Promise<Time> {
  const from = Date.now();
  const seen = await getJson<Time>(PORT, '/time');
  expect(seen.now).toBeGreaterThanOrEqual(from);
  expect(seen.now).toBeLessThanOrEqual(Date.now());
  expect(seen.perfNow).toBeGreaterThan(before.perfNow);
  expect(Math.abs(seen.timeOrigin + seen.perfNow - seen.now)).toBeLessThan(1000);
  return seen;
}

/** Code that stands in the place of a vDSO of another kernel: memory without a file beside the kernel's own. */
const mapsOf = (pid: number): string => readFileSync(`/proc/${pid}/maps`, 'utf8');
const vdsoOf = (pid: number): string => /^.*\[vdso\]$/m.exec(mapsOf(pid))?.[0].split(' ')[0] as string;

describe.each(['this', ...VERSIONS] as const)('with %s node', (version) => {
  test('a program goes on under another kernel, and from there under a third one', async () => {
    const node = version === 'this' ? [] : ['--node', paths[version]];
    let program = start(CRAC, ...RUN, image, ...node, SERVER);
    let time = await getJson<Time>(PORT, '/time');
    const drawn = [await getJson<object>(PORT, '/random')];
    for (const generation of [2, 3]) {
      const vdso = vdsoOf(program.pid);
      const to = place.path(`image-${generation}`);
      await imageOf(program, to);
      madeUnderAnotherKernel(to);
      program = start(CRAC, 'restore', to);
      time = await clocksAreRight(time);
      drawn.push(await getJson<object>(PORT, '/random'));
      expect(mapsOf(program.pid)).toMatch(new RegExp(`^${vdso} r-xp 00000000 00:00 0 *$`, 'm'));
      expect(vdsoOf(program.pid)).not.toBe(vdso);
    }
    expect(new Set(drawn.flatMap((each) => Object.values(each))).size).toBe(
      drawn.flatMap((each) => Object.values(each)).length,
    );
    await end(program);
  });
});

test('threads that ask for the time without end are never caught in the code of the old kernel', async () => {
  const script = place.path('asks.js');
  writeFileSync(
    script,
    `const { Worker, isMainThread, workerData } = require('node:worker_threads');
     if (!isMainThread) for (;;) { Date.now(); Atomics.add(workerData.asked, workerData.index, 1n); }
     const asked = new BigInt64Array(new SharedArrayBuffer(8 * 4));
     for (let index = 0; index < 4; index++) new Worker(__filename, { workerData: { asked, index } });
     require('node:http').createServer((_, response) => response.end(JSON.stringify([...asked].map(String))))
       .listen(process.env.PORT, '127.0.0.1');`,
  );
  const asked = async () => (await getJson<string[]>(PORT)).map(BigInt);
  /** Until each of the four has gone on. */
  const allAsk = async () => {
    const before = await asked();
    for (let now = before; now.some((count, index) => count <= (before[index] as bigint)); )
      now = await asked();
  };
  let program = start(CRAC, ...RUN, image, script);
  await allAsk();
  for (let generation = 2; generation <= 3; generation++) {
    const to = place.path(`image-${generation}`);
    await imageOf(program, to);
    madeUnderAnotherKernel(to);
    program = start(CRAC, 'restore', to);
    await allAsk();
  }
  program.child.kill('SIGKILL');
  await program.ended;
});

test("where the kernel's pages come to lie in the program's way, they move", async () => {
  // Without random addresses the two kernels put theirs in the same place.
  let program = start('setarch', '-R', CRAC, ...RUN, image, SERVER);
  let time = await getJson<Time>(PORT, '/time');
  for (const generation of [2, 3]) {
    const vdso = vdsoOf(program.pid);
    const to = place.path(`image-${generation}`);
    await imageOf(program, to);
    madeUnderAnotherKernel(to);
    program = start('setarch', '-R', CRAC, 'restore', to);
    time = await clocksAreRight(time);
    expect(vdsoOf(program.pid)).not.toBe(vdso);
  }
  await end(program);
});

test('an image that an older node-crac made is restored under its own kernel alone', async () => {
  const program = start(CRAC, ...RUN, image, SERVER);
  await getJson(PORT);
  await imageOf(program);
  madeByAnOlderOne(image);
  const copy = start(CRAC, 'restore', image);
  expect(await getJson(PORT)).toMatchObject({ count: 2 });
  await end(copy);
  madeUnderAnotherKernel(image);
  const ended = await place.crac('restore', image);
  expect(ended).toMatchObject({ code: 72, stdout: '' });
  expect(
    ended.stderr.replaceAll(image, 'IMAGE'),
  ).toBe(`crac: IMAGE was made under another kernel or another kind of CPU, and an older node-crac made it, which did not look whether a thread stood in the kernel's code.
The program has in it the kernel's code for clock_gettime and the like (vDSO), which the kernel fits to the CPU.
Restore it under that kernel and CPU, or make the image anew: on this machine, or with the engine criu (for other
CPUs with --cpu baseline): crac run --engine criu --image DIR app.js
`);
});

describe("a kernel that does not let its own pages be moved (they are sealed by a tracer's hand)", () => {
  let why: string | undefined;
  const sealed = () => join(place.directory, 'sealed');

  const compile = () => {
    const source = join(ROOT, 'test/fixtures/kernel/sealed.c');
    const compiled = spawnSync('cc', ['-O1', '-Wall', '-Wextra', '-Werror', '-o', sealed(), source], {
      encoding: 'utf8',
    });
    expect(compiled).toMatchObject({ status: 0, stderr: '' });
  };

  beforeAll(() => {
    const [major = 0, minor = 0] = (spawnSync('uname', ['-r'], { encoding: 'utf8' }).stdout ?? '')
      .split('.')
      .map(Number);
    if (major < 6 || (major === 6 && minor < 10)) why = 'mseal(2) is there since Linux 6.10';
  });

  test('the same vDSO elsewhere: the program is led there', async (context) => {
    if (why) context.skip(why);
    compile();
    const first = start(CRAC, ...RUN, image, SERVER);
    const time = await getJson<Time>(PORT, '/time');
    await imageOf(first);
    const copy = start(sealed(), CRAC, 'restore', image);
    await clocksAreRight(time);
    expect(await getJson(PORT)).toMatchObject({ count: 1 });
    await end(copy);
  });

  test("pages that lie in the program's way at every start are told of", async (context) => {
    if (why) context.skip(why);
    compile();
    const program = start('setarch', '-R', CRAC, ...RUN, image, SERVER);
    await get(PORT);
    await imageOf(program);
    madeUnderAnotherKernel(image);
    const ended = await start(sealed(), 'setarch', '-R', CRAC, 'restore', image).ended;
    expect(ended).toMatchObject({ code: 70, stdout: '' });
    expect(
      ended.stderr.replaceAll(image, 'IMAGE'),
    ).toBe(`crac: this kernel does not let its own pages be moved (CONFIG_MSEAL_SYSTEM_MAPPINGS), and puts them where the
program of IMAGE has its memory, again and again. Are addresses not drawn at random here
(kernel.randomize_va_space, setarch -R)? Else make the image anew on this machine: \`crac checkpoint\`
`);
  });
});
