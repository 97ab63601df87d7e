import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, PROGRAMS, ROOT, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

const SCRIPT = join(PROGRAMS, 'stdin-counter.js');
const ENDS = join(PROGRAMS, 'stdin-ends.js');
const LIBRARY = join(ROOT, 'dist/index.cjs');
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

/** Runs a command with a pipe as standard input, and tells the pipe's flags before and after it. */
function flagsAround(stdin: string, command: string, variables: Record<string, string> = {}): string[] {
  const flags = `grep flags /proc/self/fdinfo/0`;
  const script = `${stdin} { ${flags}; ${command} > /dev/null; ${flags}; }`;
  const env = { ...process.env, CRAC_RUNTIME_DIR: place.path('run'), CRAC_LIBRARY: LIBRARY, ...variables };
  return execFileSync('sh', ['-c', script], { encoding: 'utf8', env }).trim().split('\n');
}

/** Makes the image, with a standard input that does not end before the checkpoint. */
function checkpointed(when: string): string[] {
  const fifo = place.path('fifo');
  execFileSync('mkfifo', [fifo]);
  return flagsAround(`exec <> ${fifo};`, `${CRAC} run --image ${image} ${ENDS} ${when}`);
}

// Node does it at the end of a program that it has started.
describe("the caller's own pipe is as it was", () => {
  test.each([
    ['before', 'exit'],
    ['before', 'SIGTERM'],
    ['after', 'exit'],
    ['after', 'SIGTERM'],
  ])('read from %s the checkpoint on, when the copy has ended by %s', (when, END) => {
    checkpointed(when);
    const [before, after] = flagsAround(': |', `{ ${CRAC} restore ${image} || [ $? = 143 ]; }`, { END });
    expect(after).toBe(before);
  });

  test('when the checkpoint has ended the program', () => {
    const [before, after] = checkpointed('before');
    expect(after).toBe(before);
  });
});
