import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { protectionsOf } from '../../src/command/checkpoint/protections.ts';
import { checkpoint, end, run } from '../support/copies.ts';
import { CRAC, get, getJson, PROGRAMS, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);

const SHELL = ['/bin/sh', '-c', 'echo there; exec sleep 100000'];

function compile(name: string, ...options: string[]): string {
  const output = place.path(name);
  execFileSync('cc', ['-O1', ...options, '-o', output, join(ROOT, `test/fixtures/kernel/${name}.c`)]);
  return output;
}

/** The errors and notes of a checkpoint of a program with such a child, without numbers and names of the moment. */
async function refused(...words: string[]) {
  const program = run(place, { image, words: [join(PROGRAMS, 'confined-child.js'), ...words], port: PORT });
  await program.line(/there\n/);
  const { code, stderr } = await place.crac('checkpoint', image);
  const first = stderr.replace(/process \d+ \((sh|sleep)\)/g, 'the child').split('\n')[0];
  if (code !== 0) program.child.kill('SIGTERM');
  await program.ended;
  return { code, first };
}

const LANDLOCK = { code: 1, first: 'crac: the child has confined itself by Landlock' };
const MDWE = {
  code: 1,
  first: 'crac: the child has denied itself executable memory (PR_SET_MDWE)',
};

test.each([
  ['Landlock', 'landlock', LANDLOCK],
  ['Landlock, so that our library cannot be read', 'reading', LANDLOCK],
  ['PR_SET_MDWE', 'mdwe', MDWE],
  ['what the kernel refused', 'refused', { code: 0 }],
])(
  'a protection that no copy would have is refused by name, after an exec too: %s',
  async (_, how, outcome) => {
    expect(await refused(compile('confine'), how, ...SHELL)).toMatchObject(outcome);
  },
);

test('the whole message; the program goes on', async () => {
  const words = [join(PROGRAMS, 'kernel-state.js'), compile('state'), 'landlock'];
  const program = run(place, { image, words, port: PORT });
  expect(await get(PORT)).toContain('landlock 1\n');
  const { code, stderr } = await place.crac('checkpoint', image);
  expect({ code, stderr: stderr.replace(/process \d+/g, 'process N') }).toEqual({
    code: 1,
    stderr:
      'crac: process N (my name) has confined itself by Landlock\n' +
      'The engine does not carry that: a copy would run without its protection, and nothing would tell.\n' +
      'Let the process take it on in afterRestore instead; start one that is not Node in afterRestore; or confine the whole\n' +
      'copy: start `crac restore` in a sandbox (docs/kernel-state.md)\n',
  });
  expect(await get(PORT)).toContain('landlock 1\n');
  program.child.kill('SIGTERM');
  await program.ended;
});

test('what a core dump has and the slack of timers are put back in each process of a copy', async () => {
  const words = [join(PROGRAMS, 'kernel-settings.js')];
  const settings = { own: ['00000007', '123456'], child: ['00000001', '90000'] };
  const program = run(place, { image, words, port: PORT });
  expect(await getJson(PORT)).toEqual(settings);
  await checkpoint(place, program, image);
  const copy = place.start(CRAC, ['restore', image]);
  expect(await getJson(PORT)).toEqual(settings);
  await end(place, [copy], 'SIGTERM', { code: null, signal: 'SIGTERM' });
});

test('protections are read of maps and of the environment', () => {
  const maps = (name: string) =>
    `7f00-7f01 ---p 00000000 00:01 7                    /memfd:${name} (deleted)\n`;
  expect(protectionsOf(maps('crac-landlock'), 'A=1\0')).toEqual(['has confined itself by Landlock']);
  expect(protectionsOf(maps('mine'), 'A=1\0CRAC_PROTECTIONS=3\0')).toHaveLength(2);
  expect(protectionsOf(maps('mine'), 'A=CRAC_PROTECTIONS=3\0')).toEqual([]);
});
