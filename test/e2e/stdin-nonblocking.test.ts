import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, PROGRAMS, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

const SCRIPT = join(PROGRAMS, 'stdin-counter.js');
/** As much as libuv reads at once: it then reads again, which must not wait. */
const BLOCK = Buffer.alloc(65536, 'x');

async function feed({ child, line, stdout }: Running, total: number): Promise<void> {
  child.stdin?.write(BLOCK);
  await line(new RegExp(`total ${total}\\n`), 10);
  const before = stdout().length;
  await line(new RegExp(`[\\s\\S]{${before}}total ${total}\\n`), 10); // and its timers go on
}

test('a restored program does not wait in a read of its standard input, a pipe', async () => {
  const stdio = ['pipe', 'pipe', 'pipe'] as const;
  const program = place.start(CRAC, ['run', '--image', image, SCRIPT], { stdio: [...stdio] });
  await feed(program, 65536);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;

  const restored = place.start(CRAC, ['restore', image], { stdio: [...stdio] });
  await feed(restored, 131072);
  restored.child.stdin?.end();
  expect(await restored.ended).toMatchObject({ code: 0, stderr: '' });
});

test("the caller's own pipe is as it was when the program has ended", async () => {
  const program = place.start(CRAC, ['run', '--image', image, SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
  await program.line(/total 0/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;

  const flags = `grep flags /proc/self/fdinfo/0`;
  const script = `: | { ${flags}; ${CRAC} restore ${image} > /dev/null; ${flags}; }`;
  const env = { ...process.env, CRAC_RUNTIME_DIR: place.path('run') };
  const [before, after] = execFileSync('sh', ['-c', script], { encoding: 'utf8', env }).trim().split('\n');
  expect(after).toBe(before);
});
