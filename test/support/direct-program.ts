import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { compileAddon } from './compile.ts';
import { CRAC, type Ended, ROOT } from './crac.ts';
import { image, place } from './own-place.ts';

/**
 * The beginning of each program: system calls by their numbers, and `say`, whose lines are what a copy is asked for.
 */
const PRELUDE = `
  const fs = require('node:fs');
  const { call, peek, poke } = require('./syscalls.node');
  const { checkpointRestore } = require(${JSON.stringify(join(ROOT, 'dist/index.cjs'))});
  const say = (name, value) => fs.writeSync(1, name + ' ' + JSON.stringify(value) + '\\n');
  const ok = (result, what = 'a call') => { if (result < 0) throw new Error(what + ' failed: errno ' + -result); return result; };
`;

/**
 * Writes a program that has something of the kernel's and asks for its checkpoint itself.
 *
 * @param before what it makes
 * @param after what it says of that afterwards
 */
export function writeProgram(before: string, after: string, generations = 1): string {
  compileAddon('syscalls', place.path('syscalls.node'));
  const script = place.path('program.js');
  const checkpoints = 'await checkpointRestore();\n'.repeat(generations);
  writeFileSync(
    script,
    `${PRELUDE}(async () => {\n${before}\n${checkpoints}${after}\n})().catch((error) => { console.error(error.stack); process.exit(9); });\n`,
  );
  return script;
}

export const runDirect = (
  script: string,
  options: string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Ended> =>
  place.start(CRAC, ['run', '--engine', 'direct', '--image', image, ...options, script], { env }).ended;

export const said = (output: string): Record<string, unknown> =>
  Object.fromEntries(
    output
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf(' ')), JSON.parse(line.slice(line.indexOf(' ') + 1))]),
  );

/**
 * Runs the program through two generations, and returns what two copies of the second one say.
 *
 * @param meanwhile what happens when there is no program, before these two
 */
export async function copiesSay(
  before: string,
  after: string,
  meanwhile: () => void = () => {},
): Promise<Record<string, unknown>[]> {
  const script = writeProgram(before, after, 2);
  const generations = [await runDirect(script), await place.crac('restore', image)];
  for (const ended of generations) {
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: '' });
    expect(ended.stderr).toMatch(/^(crac: note: .*\n)*$/); // of what a checkpoint cuts
  }
  meanwhile();
  const copies = [];
  for (let copy = 0; copy < 2; copy++) {
    const ended = await place.crac('restore', image);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    copies.push(said(ended.stdout));
  }
  return copies;
}
