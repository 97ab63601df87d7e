import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, getJson, PROGRAMS, pause, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(2);
const FAMILY = join(PROGRAMS, 'family.cjs');

interface About {
  pid: number;
  ppid: number;
  count: number;
  /** The PID by which its parent knows it. */
  known?: number;
  below: About[];
}

interface State {
  said?: string;
  end?: { code: number | null; signal: string | null };
  pid: number;
}

const run = (shape: string, ...options: string[]): Running =>
  place.start(CRAC, ['run', '--engine', 'direct', '--image', image, ...options, FAMILY, shape], {
    env: { PORT: String(PORT) },
  });

const restore = (from = image, ...options: string[]): Running =>
  place.start(CRAC, ['restore', ...options, from]);

async function imageOf(program: Running, to = image): Promise<void> {
  const written = await place.crac('checkpoint', String(program.pid), '--image', to);
  expect(written).toMatchObject({ code: 0, stderr: '' });
  expect(await program.ended).toMatchObject({ code: 0, signal: null });
}

const about = (port = PORT): Promise<About> => getJson<About>(port);

/** Asks until it is so. */
async function until(path: string, isSo: (state: State) => boolean): Promise<State> {
  for (;;) {
    const state = await getJson<State>(PORT, path);
    if (isSo(state)) return state;
    await pause(20);
  }
}

/** Every process knows its parent and its children by the numbers that they have now. */
function isOneFamily({ pid, below }: About): void {
  for (const child of below) {
    expect(child).toMatchObject({ known: child.pid, ppid: pid });
    isOneFamily(child);
  }
}

const countsOf = ({ count, below }: About): unknown[] => [count, ...below.map(countsOf)];

async function end(running: Running): Promise<void> {
  running.child.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ signal: 'SIGTERM', stderr: '' });
}

test('a child is restored with its channel and its streams, generation after generation', async () => {
  let program = run('one');
  isOneFamily(await about());
  await getJson(PORT, '/write');
  await until('/state', ({ said }) => said === '1 has read a line\n');
  for (let generation = 2; generation <= 4; generation++) {
    const to = place.path(`image-${generation}`);
    await imageOf(program, to);
    program = restore(to);
    const now = await about();
    expect(now.pid).toBe(program.pid);
    isOneFamily(now);
    expect(countsOf(now)).toEqual([generation, [generation]]);
    await getJson(PORT, '/write');
    await until('/state', ({ said }) => said === '1 has read a line\n'.repeat(generation));
  }
  await getJson(PORT, '/end');
  expect((await until('/state', (state) => state.end !== undefined)).end).toEqual({ code: 7, signal: null });
  await end(program);
});

test('two copies at once have children of their own, which their parents can end', async () => {
  const program = run('two');
  expect((await about()).below).toHaveLength(2);
  await imageOf(program);
  const copies = [restore(), restore(image, '--listen', `${PORT}=${PORT + 1}`)];
  const both = [await about(), await about(PORT + 1)];
  for (const each of both) isOneFamily(each);
  const pids = both.flatMap(({ pid, below }) => [pid, ...below.map((child) => child.pid)]);
  expect(new Set(pids).size).toBe(6);
  await getJson(PORT, '/kill');
  expect((await until('/state', (state) => state.end !== undefined)).end).toEqual({
    code: null,
    signal: 'SIGKILL',
  });
  expect(countsOf(await about(PORT + 1))).toEqual([3, [3], [3]]);
  for (const copy of copies) await end(copy);
});

test('a child of a child', async () => {
  const program = run('deep');
  expect(countsOf(await about())).toEqual([1, [1, [1]]]);
  await imageOf(program);
  const { stdout } = await place.crac('inspect', image);
  expect(stdout).toMatch(/^ {2}\d+ .*\n {2}└──\d+ .*\n {5}└──\d+ /m);
  const copy = restore();
  const now = await about();
  isOneFamily(now);
  expect(countsOf(now)).toEqual([2, [2, [2]]]);
  await end(copy);
});

/** The process group and the session of a process. */
const groupOf = (pid: number): number[] =>
  (readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []).slice(2, 4).map(Number);

test('a detached child leads a session of its own, again and again', async () => {
  let program = run('detached');
  for (const to of [image, place.path('image-2')]) {
    await about();
    await imageOf(program, to);
    program = restore(to);
    const { pid, below } = await about();
    const [child = 0] = below.map((each) => each.pid);
    expect(groupOf(child)).toEqual([child, child]);
    expect(groupOf(pid)).not.toContain(child);
  }
  await end(program);
});

test('the processes of a cluster', async () => {
  const program = run('cluster');
  const before = new Set([(await getJson<{ pid: number }>(PORT)).pid]);
  await imageOf(program);
  const copy = restore();
  const pids = new Set<number>();
  while (pids.size < 2) pids.add((await getJson<{ pid: number }>(PORT)).pid);
  for (const pid of before) expect(pids).not.toContain(pid);
  copy.child.kill('SIGUSR2');
  const [, known = ''] = await copy.line(/workers (\d+ \d+)\n/);
  expect(new Set(known.split(' ').map(Number))).toEqual(pids);
  const [first = 0] = pids;
  process.kill(first, 'SIGKILL');
  await copy.line(new RegExp(`worker ${first} has ended`));
  await end(copy);
});

test.each([
  [
    'shell',
    /the program has a child process, \d+ \(sleep 1000\), started at .*family\.cjs:\d+:\d+\), and the engine direct/,
  ],
  [
    'worker',
    /process \d+ \(.*family\.cjs worker 1\), a child of the program, was started by a Worker or by native code/,
  ],
])('%s: a child that cannot be taken along is named, and all go on', async (shape, reason) => {
  const program = run(shape);
  const before = shape === 'shell' ? undefined : await about();
  if (!before) await getJson(PORT, '/state');
  const { code, stderr } = await place.crac('checkpoint', image);
  expect(code).toBe(1);
  expect(stderr).toMatch(reason);
  expect(readdirSync(place.directory).filter((name) => name.startsWith('image'))).toEqual([]);
  if (before) expect(countsOf(await about())).toEqual([2]);
  await getJson(PORT, '/kill');
  await end(program);
});

/** Has the kernel fail a call of one process, or kills the process there. */
function meddle(pid: number, inject: string): Running {
  const words = ['-f', '-o', '/dev/null', '-e', 'trace=pwrite64', '-e', `inject=pwrite64:${inject}`];
  return place.start('strace', [...words, '-p', String(pid)]);
}

// The first of these calls in the program are the gate's of random numbers (native/addon/memory.c).
describe.skipIf(spawnSync('strace', ['-V']).status !== 0)(
  'where something happens while all stand still',
  () => {
    test.each([
      [
        'the disk of the child',
        'child',
        'error=ENOSPC:when=2',
        /process \d+ \(.*\): cannot write crac-memory-1\.img: ENOSPC/,
      ],
      ['the disk of the program', 'program', 'error=ENOSPC:when=5', /cannot write crac-memory\.img: ENOSPC/],
      [
        'the child is killed',
        'child',
        'signal=KILL:when=2',
        /process \d+ \(.*\), started at .*family\.cjs:\d+:\d+\): it ended while it wrote its part of the image; no image was made, and the others go on/,
      ],
    ])('%s: there is no image, and the others go on', async (_, whose, inject, reason) => {
      const program = run('two');
      const { pid, below } = await about();
      const tracer = meddle(whose === 'child' ? (below[0]?.pid as number) : pid, inject);
      await tracer.line(/attached/);
      const { code, stderr } = await place.crac('checkpoint', image);
      expect(stderr).toMatch(reason);
      expect(code).not.toBe(0);
      tracer.child.kill('SIGTERM');
      await tracer.ended;
      expect(readdirSync(place.directory).filter((name) => name.startsWith('image'))).toEqual([]);
      const isGone = inject.startsWith('signal');
      expect(countsOf(await about())).toEqual([2, ...(isGone ? [[2]] : [[2], [2]])]);
      await imageOf(program); // whoever is left
      const copy = restore();
      expect(countsOf(await about())).toEqual([3, ...(isGone ? [[3]] : [[3], [3]])]);
      await end(copy);
    });

    test('the program is killed: its children end, as they do when it ends', async () => {
      const program = run('two');
      const { pid, below } = await about();
      const tracer = meddle(pid, 'signal=KILL:when=5');
      await tracer.line(/attached/);
      expect((await place.crac('checkpoint', image)).code).not.toBe(0);
      await program.ended;
      for (const child of below) while (existsSync(`/proc/${child.pid}`)) await pause(20);
      await tracer.ended;
    });
  },
);

test.each(['dump-members.sock', 'partial'])(
  'a command that is killed at %s leaves all of them running',
  async (moment) => {
    const program = run('two');
    const { pid } = await about();
    const command = place.start(CRAC, ['checkpoint', image]);
    const isThere = () =>
      moment === 'partial'
        ? readdirSync(place.directory).some((name) => name.includes('.partial'))
        : existsSync(place.path(`run/${pid}/${moment}`));
    while (!isThere()) await pause(1);
    command.child.kill('SIGKILL');
    await command.ended;
    expect(countsOf(await about())).toEqual([2, [2], [2]]);
    await imageOf(program);
    const copy = restore();
    expect(countsOf(await about())).toEqual([3, [3], [3]]);
    await end(copy);
  },
);

test('a child that cannot be restored ends all of the copy, and --or-run comes instead', async () => {
  const directory = place.path('sockets');
  mkdirSync(directory);
  const program = run('socket');
  await about();
  await imageOf(program);
  rmSync(directory, { recursive: true });
  const refused = await restore().ended;
  expect(refused).toMatchObject({ code: 73, stdout: '' });
  expect(refused.stderr).toMatch(/^crac: cannot listen again on sockets\/socket: ENOENT .*\n.*\n$/);
  expect(readdirSync(place.path('run')).filter((name) => /^\d+$/.test(name))).toEqual([]);
  const cold = place.start(CRAC, ['restore', image, '--or-run', FAMILY, '--', 'one'], {
    env: { PORT: String(PORT) },
  });
  await cold.line(/starting .* without the image/);
  expect(countsOf(await about())).toEqual([1, [1]]);
  cold.child.kill('SIGTERM');
  await cold.ended;
});

test('an image whose processes are not those of its tables is refused', async () => {
  const program = run('one');
  await about();
  await imageOf(program);
  const path = join(image, 'restore.conf');
  const conf = readFileSync(path, 'utf8');
  for (const [wrong, reason] of [
    [conf.replace(/^member .*\n/m, ''), "the number of the program's processes"],
    [conf.replace(/^member 1 0/m, 'member 1 1'), 'restore.conf: this line cannot be read:\n  member 1 1'],
    [conf.replace(/^shared pair/m, 'shared file'), 'this line cannot be read:\n  shared file'],
  ] as const) {
    writeFileSync(path, wrong);
    const refused = await restore().ended;
    expect(refused.code).toBe(72);
    expect(refused.stderr).toContain(reason);
  }
});

test('what was started for both engines: direct, or criu where direct finds that it cannot', async () => {
  for (const [shape, note] of [
    ['deep', ''],
    [
      'worker',
      /^crac: note: the engine direct cannot write this program \(process .* was started by a Worker .*\), so criu does\n$/,
    ],
  ] as const) {
    const program = place.start(CRAC, ['run', '--engine', 'auto', '--image', image, FAMILY, shape], {
      env: { PORT: String(PORT) },
    });
    const before = await about();
    isOneFamily(before);
    const { code, stdout, stderr } = await place.crac('checkpoint', '--json', image);
    expect(code, stderr).toBe(0);
    if (note) expect(stderr).toMatch(note);
    else expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ engine: note ? 'criu' : 'direct' });
    await program.ended;
    const copy = restore();
    const now = await about();
    isOneFamily(now);
    expect(now.count).toBe(2);
    copy.child.kill('SIGTERM');
    await copy.ended;
  }
});
