import { execFileSync } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { apps, checkpoint, end, restoreTwice, run } from '../support/copies.ts';
import { getJson, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** Children and Workers with an environment of their own have the preload, and do not see it. */

const PORT = await freePorts(5);
const FIXTURES = join(ROOT, 'test/fixtures/carry');
const VERSIONS = ['node22', 'node24', 'node26'] as const;
let paths: Record<(typeof VERSIONS)[number], string>;

beforeAll(async () => {
  paths = await apps(...VERSIONS);
}, 900_000);

interface Drawn {
  uuid: string;
  bytes: string;
  math: number;
  sees: { LD_PRELOAD: string | null; NODE_OPTIONS: string | null; names: string[]; execArgv: string[] };
}
type All = Record<string, Drawn>;

const compiled = (name: string): string => {
  const output = place.path(name);
  execFileSync('cc', ['-O1', '-o', output, join(FIXTURES, `${name}.c`)]);
  return output;
};

/** Ways by which both copies drew the same. */
const alike = (a: All, b: All): string[] =>
  Object.keys(a).filter((way) =>
    (['uuid', 'bytes', 'math'] as const).some((kind) => a[way]?.[kind] === b[way]?.[kind]),
  );

const onlyPath = { LD_PRELOAD: null, NODE_OPTIONS: null, names: ['PATH'], execArgv: [] };
const C = 'execl execlp execle execv execvp execvpe fexecve execveat syscall posix_spawn posix_spawnp vfork';

describe.each(['this', ...VERSIONS] as const)('with %s node', (version) => {
  test('no two copies draw the same, however a child or a Worker was started, before the checkpoint or after the restore', async () => {
    const node = version === 'this' ? [] : ['--node', paths[version]];
    const env = { STARTS: compiled('starts') };
    const running = run(place, { image, words: [...node, join(FIXTURES, 'starter.cjs')], port: PORT, env });
    const before = await getJson<All>(PORT, '/draw');
    const sees = Object.fromEntries(Object.entries(before).map(([way, drawn]) => [way, drawn.sees]));
    expect(sees).toMatchObject({
      ...Object.fromEntries(C.split(' ').map((way) => [way, onlyPath])),
      'fork with options of its own': { LD_PRELOAD: null, NODE_OPTIONS: '--no-warnings', execArgv: [] },
      'spawn with nothing': { ...onlyPath, names: [] },
      'spawn with a library': { ...onlyPath, LD_PRELOAD: '', names: ['LD_PRELOAD'] },
      'env -i in a shell': onlyPath,
      'Worker with nothing': { ...onlyPath, names: [] },
      'Worker with options': { LD_PRELOAD: null, NODE_OPTIONS: null, execArgv: [] },
      'Worker with both': {
        names: ['A', 'NODE_OPTIONS'],
        NODE_OPTIONS: '--no-warnings',
        execArgv: ['--no-deprecation'],
      },
      'Worker that shares': { LD_PRELOAD: null, NODE_OPTIONS: null, execArgv: [] },
      'Worker in a Worker': { ...onlyPath, names: [] },
    });
    await checkpoint(place, running, image);
    const copies = restoreTwice(place, { image, port: PORT });
    for (const path of ['/draw', '/start']) {
      const [a, b] = [await getJson<All>(PORT, path), await getJson<All>(PORT + 1, path)];
      expect(Object.keys(a)).toEqual(Object.keys(before));
      expect(alike(a, b)).toEqual([]);
      expect(a['env -i in a shell']?.sees).toEqual(onlyPath);
    }
    await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
  });
});

test('what a program sees of its environment is what it was given, in a shell too', async () => {
  writeFileSync(
    place.path('app.cjs'),
    `const { execSync } = require('node:child_process');
console.log(process.env.LD_PRELOAD, process.env.NODE_OPTIONS, execSync('env -i A=1 env; echo "[$LD_PRELOAD][$NODE_OPTIONS]"').toString());`,
  );
  const program = place.start(join(ROOT, 'bin/crac'), ['run', '--image', image, 'app.cjs'], {
    env: { NODE_OPTIONS: '--no-warnings', LD_PRELOAD: '' },
  });
  expect(await program.ended).toEqual({
    code: 0,
    signal: null,
    stdout: ' --no-warnings A=1\n[][--no-warnings]\n\n',
    stderr: '',
  });
});

const server = (start: string) => `const { spawn } = require('node:child_process');
const child = ${start};
child.stdout.once('data', () => console.log('up'));
setInterval(() => {}, 1000);`;

test('a Node process without the preload fails the checkpoint by name, and the program goes on', async () => {
  const raw = compiled('raw');
  writeFileSync(place.path('bare.cjs'), 'console.log(1); setInterval(() => {}, 1000);');
  writeFileSync(place.path('app.cjs'), server(`spawn('${raw}', [process.execPath, 'bare.cjs'])`));
  const program = run(place, { image, words: ['app.cjs'], port: PORT });
  await program.line(/up/);
  const { code, stderr } = await place.crac('checkpoint', image);
  expect({
    code,
    stderr: stderr
      .replaceAll(raw, 'RAW')
      .replaceAll(process.execPath, 'NODE')
      .replace(/process \d+/, 'process N'),
  }).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "crac: the checkpoint failed; the program goes on
    The checkpoint failed with 1 error; no image was made, the program goes on:

    1. UnpreparedProcessError: process N (node bare.cjs) is Node without the preload of crac, so all copies would draw the same random numbers in it: RAW NODE bare.cjs started it past the C library, without LD_PRELOAD or for another C library; start it by libc's functions, or hand LD_PRELOAD on. (ERR_CRAC_UNPREPARED_PROCESS)
    ",
    }
  `);
});

test('so does one whose options keep the preload out, under whatever name node stands', async () => {
  const renamed = place.path('worker-binary');
  copyFileSync(process.execPath, renamed);
  writeFileSync(place.path('bare.cjs'), 'console.log(1); setInterval(() => {}, 1000);');
  writeFileSync(place.path('app.cjs'), server(`spawn('${renamed}', ['--no-addons', 'bare.cjs'])`));
  const program = run(place, { image, words: ['app.cjs'], port: PORT });
  await program.line(/up/);
  const { code, stderr } = await place.crac('checkpoint', image, '--dry-run');
  expect({
    code,
    stderr: stderr.replaceAll(renamed, 'RENAMED').replace(/process \d+/, 'process N'),
  }).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "crac: the checkpoint failed; the program goes on
    The checkpoint failed with 1 error; no image was made, the program goes on:

    1. UnpreparedProcessError: process N (RENAMED --no-addons bare.cjs) is Node without the preload of crac, so all copies would draw the same random numbers in it: it was started with --no-addons, which keeps the preload out; start it without. (ERR_CRAC_UNPREPARED_PROCESS)
    ",
    }
  `);
});

test('a child that is not Node is a note, once for each command', async () => {
  writeFileSync(
    place.path('app.cjs'),
    server(`[1, 2].map(() => spawn('perl', ['-e', '$| = 1; print rand; sleep 1 while 1']))[0]`),
  );
  const program = run(place, { image, words: ['app.cjs'], port: PORT });
  await program.line(/up/);
  const { code, stderr } = await place.crac('checkpoint', image, '--leave-running');
  expect({ code, stderr: stderr.replace(/process \d+/, 'process N') }).toMatchInlineSnapshot(`
    {
      "code": 0,
      "stderr": "crac: note: process N (perl -e $| = 1; print rand; sleep 1 while 1) is not Node: what it draws of a generator of its own (as Python's random) is the same in every copy, see docs/uniqueness.md
    ",
    }
  `);
});
