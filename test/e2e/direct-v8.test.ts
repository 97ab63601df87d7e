import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { apps } from '../support/copies.ts';
import { CRAC, get, PROGRAMS, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** What V8 and the tools of the machine see of a program that has written itself and was restored. */

const PORT = await freePorts(2);
const HEAP = join(PROGRAMS, 'heap-steps.js');
const STEPS = 6;

let node26: string;
beforeAll(async () => {
  node26 = (await apps('node26')).node26;
}, 900_000);

const env = { PORT: String(PORT) };

const run = (...words: string[]): Running =>
  place.start(CRAC, ['run', '--engine', 'direct', '--image', image, ...words], { env });

async function imageOf(program: Running): Promise<void> {
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(await program.ended).toMatchObject({ code: 0, signal: null });
}

async function steps(count: number, port = PORT): Promise<string[]> {
  const answers: string[] = [];
  for (let i = 0; i < count; i++) answers.push(await get(port, '/step'));
  return answers;
}

async function end(program: Running): Promise<void> {
  program.child.kill('SIGTERM');
  expect(await program.ended).toMatchObject({ code: 0, signal: null });
}

/** What a program answers that was never checkpointed. */
async function unbroken(node: string, words: string[]): Promise<string[]> {
  const program = place.start(node, words, { env: { PORT: String(PORT + 1) } });
  const answers = await steps(STEPS, PORT + 1);
  await end(program);
  return answers;
}

/** Three generations of two steps each. */
async function restored(words: string[]): Promise<string[]> {
  let program = run(...words);
  const answers = await steps(2);
  for (let generation = 0; generation < 2; generation++) {
    await imageOf(program);
    program = place.start(CRAC, ['restore', image]);
    answers.push(...(await steps(2)));
  }
  await end(program);
  return answers;
}

describe('the heap is right in every generation', () => {
  test.each([
    ['a collection at every allocation of a page', ['--stress-compaction', '--expose-gc']],
    ['a collection every 500 allocations', ['--gc-interval=500']],
    ['collections that are under way', ['--stress-incremental-marking', '--stress-scavenge=50']],
    ['an interpreter alone', ['--jitless']],
    ['functions that are compiled at their first call', ['--max-lazy']],
    [
      'baseline code at once, with frames of its own',
      ['--always-sparkplug', '--interpreted-frames-native-stack'],
    ],
    ['one thread', ['--single-threaded']],
  ])('%s', async (_name, options) => {
    expect(await restored(['--', ...options, HEAP])).toEqual(
      await unbroken(process.execPath, [...options, HEAP]),
    );
  });

  test('Node 26: a collection at every allocation of a page', async () => {
    const options = ['--stress-compaction', '--expose-gc'];
    expect(await restored(['--node', node26, '--', ...options, HEAP])).toEqual(
      await unbroken(node26, [...options, HEAP]),
    );
  });

  test.each(["this machine's node", 'Node 26'])('a program that starts from a snapshot: %s', async (name) => {
    const node = name === 'Node 26' ? node26 : process.execPath;
    const blob = place.path('snapshot.blob');
    execFileSync(node, ['--snapshot-blob', blob, '--build-snapshot', HEAP], { stdio: 'pipe' });
    const words = ['--snapshot-blob', blob, HEAP];
    expect(await restored(['--node', node, '--', ...words])).toEqual(await unbroken(node, words));
  });
});

const isThere = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;

describe('what tools see of a restored program', () => {
  async function aCopy(): Promise<Running> {
    const program = run(HEAP, 'an argument');
    await get(PORT);
    await imageOf(program);
    const copy = place.start(CRAC, ['restore', image]);
    await get(PORT);
    return copy;
  }

  test('its name, its command line and the files of its memory are the program’s', async () => {
    const { pid } = await aCopy();
    const of = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'utf8');
    expect(of('comm')).toMatch(/^(node|MainThread)\n$/);
    expect(of('cmdline').split('\0')).toEqual([process.execPath, HEAP, 'an argument', '']);
    const mapped = new Set([...of('maps').matchAll(/ (\/.*)$/gm)].map(([, path]) => path));
    expect(mapped).toContain(realpathSync(process.execPath));
    expect([...mapped].join('\n')).toMatch(/\/libc\.so\.6/);
    expect([...mapped].join('\n')).not.toMatch(/crac-native/);
    // Only who has the privilege may say what file a process was executed from.
    if (process.geteuid?.() === 0)
      expect(realpathSync(`/proc/${pid}/exe`)).toBe(realpathSync(process.execPath));
  });

  test('code of V8 is mapped from the image, but where perf is to find names in it', async () => {
    const mapped = (pid: number) =>
      readFileSync(`/proc/${pid}/maps`, 'utf8').match(/^\S+ r.xp .*\/crac-memory\.img$/gm) ?? [];
    const { pid } = await aCopy();
    expect(mapped(pid).length).toBeGreaterThan(0);
    const other = place.path('for-perf');
    const program = place.start(
      CRAC,
      ['run', '--engine', 'direct', '--image', other, '--', '--perf-basic-prof', HEAP],
      { env: { PORT: String(PORT + 1) } },
    );
    await get(PORT + 1);
    expect(await place.crac('checkpoint', other)).toMatchObject({ code: 0 });
    await program.ended;
    const copy = place.start(CRAC, ['restore', other]);
    await get(PORT + 1);
    expect(mapped(copy.pid)).toEqual([]);
  });

  const noGdb = isThere('gdb') ? '' : ' (needs gdb)';
  test.skipIf(noGdb)(`gdb knows its libraries and the functions of its threads${noGdb}`, async () => {
    const { pid } = await aCopy();
    const words = [
      '-nx',
      '-batch',
      '-p',
      String(pid),
      '-ex',
      'info sharedlibrary',
      '-ex',
      'thread apply all backtrace 4',
    ];
    const { stdout } = spawnSync('gdb', words, { encoding: 'utf8' });
    expect(stdout).toMatch(/^0x.*libc\.so\.6/m);
    expect(stdout).toMatch(/epoll_p?wait/);
    expect(stdout).toMatch(/pthread_cond_wait|futex_wait/);
  });

  const noPerf = isThere('perf') && process.geteuid?.() === 0 ? '' : ' (needs perf, and root)';
  test.skipIf(noPerf)(`perf names its functions${noPerf}`, async ({ skip }) => {
    const { pid } = await aCopy();
    const data = place.path('perf.data');
    const record = place.start('perf', [
      'record',
      '-q',
      '-e',
      'cpu-clock',
      '-o',
      data,
      '-p',
      String(pid),
      'sleep',
      '1',
    ]);
    for (let over = false; !over; ) {
      record.ended.then(() => {
        over = true;
      });
      await get(PORT, '/step');
    }
    const { code, stderr } = await record.ended;
    if (code !== 0) skip(`perf cannot record here: ${stderr}`);
    const { stdout } = spawnSync('perf', ['report', '-i', data, '--stdio', '-F', 'dso,symbol'], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^\s*node\s+\[\.\] v8::/m);
  });

  test('a copy that aborts leaves a core that names its files', async ({ skip }) => {
    const pattern = readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
    if (noGdb || /[|/%]/.test(pattern)) skip(`cores go elsewhere: ${pattern}${noGdb}`);
    // The limit is the program's own, from its start.
    const withCore = (...words: string[]) =>
      place.start('sh', ['-c', 'ulimit -c unlimited; exec "$@"', 'sh', CRAC, ...words], { env });
    const program = withCore('run', '--engine', 'direct', '--image', image, HEAP);
    await get(PORT);
    await imageOf(program);
    const copy = withCore('restore', image);
    await get(PORT);
    copy.child.kill('SIGQUIT');
    expect(await copy.ended).toMatchObject({ signal: 'SIGQUIT' });
    const uses = readFileSync('/proc/sys/kernel/core_uses_pid', 'utf8').trim() === '1';
    const core = place.path(uses ? `${pattern}.${copy.pid}` : pattern);
    const words = [
      '-nx',
      '-batch',
      process.execPath,
      core,
      '-ex',
      'info sharedlibrary',
      '-ex',
      'thread apply all backtrace 4',
    ];
    const { stdout } = spawnSync('gdb', words, { encoding: 'utf8' });
    expect(stdout).toMatch(/^0x.*libc\.so\.6/m);
    expect(stdout).toMatch(/epoll_p?wait|pthread_cond_wait|futex_wait/); // its main thread may be at work
  });
});
