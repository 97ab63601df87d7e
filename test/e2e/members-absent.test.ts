import { existsSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CRAC } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

/** A child whose main thread is blocked from its first line on, until the program frees it. */
const PROGRAM = `
const { spawn } = require('node:child_process');
const code = "require('node:fs').readSync(0, Buffer.alloc(1)); setInterval(() => {}, 1000)";
const child = spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'inherit', 'inherit'] });
process.stdin.once('data', () => child.stdin.write('!'));
console.log('ready');
`;

test('a child that does not come is named, and no other process is waited for', async () => {
  const script = place.path('program.cjs');
  writeFileSync(script, PROGRAM);
  const program = place.start(CRAC, ['run', '--image', image, script], { stdio: ['pipe', 'pipe', 'pipe'] });
  await program.line(/ready/);
  const { code, stderr } = await place.crac('checkpoint', image);
  expect({ code, stderr: stderr.replaceAll(/process \d+ /g, 'process PID ') }).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "crac: the checkpoint failed; the program goes on
    The checkpoint failed with 1 error; no image was made, the program goes on:

    1. EngineError: process PID (node -e require('node:fs').readSync(0, Buffer.alloc(1)); se…) does not answer within 10 s: its main thread is busy, or blocked by execSync, Atomics.wait or the like. Let it come to an end in beforeCheckpoint, or ask for the checkpoint when it has less to do (ERR_CRAC_ENGINE_FAILED)
    ",
    }
  `);
  expect(existsSync(image)).toBe(false);
  program.child.stdin?.write('!');
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
});
