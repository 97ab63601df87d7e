import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, get, pause } from '../support/crac.ts';
import { goesOn, PORT, shown, start } from '../support/goes-on.ts';
import { image, place } from '../support/own-place.ts';

test('an option that the engine does not know', async () => {
  const running = await start();
  const { code, stdout, stderr } = await place.crac('checkpoint', image, '--engine-option=--no-such');
  expect({ code, stdout, stderr: shown(stderr) }).toMatchInlineSnapshot(`
    {
      "code": 1,
      "stderr": "crac: the engine could not dump the program (exit code 1); the program goes on
    The engine does not take the option --no-such as it was given: it is misspelt, or belongs to another version of CRIU. [CRIU_OPTION]
      criu: unrecognized option '--no-such'
    What to do: See which options this version has, and which version it is:
      criu --help
      criu --version
    ",
      "stdout": "",
    }
  `);
  await goesOn(running, { count: 1, files: [] });
});

describe.skipIf(process.getuid?.() !== 0)('a disk (needs root for a small file system)', () => {
  const disk = () => place.path('disk');
  const mounted = async (size: string, action: () => Promise<void>): Promise<void> => {
    mkdirSync(disk());
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk()]);
    try {
      await action();
    } finally {
      execFileSync('umount', ['-l', disk()]);
    }
  };

  test('that is too small is told before the program stands still', () =>
    mounted('4m', async () => {
      const running = await start({}, join(disk(), 'image'));
      const { code, stdout, stderr } = await place.crac('checkpoint', join(disk(), 'image'));
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(shown(stderr).replace(/\d+\.\d MiB/g, 'N MiB')).toMatchInlineSnapshot(`
        "crac: the checkpoint failed; the program goes on
        The checkpoint failed with 1 error; no image was made, the program goes on:

        1. EngineError: the disk of HERE/disk is too small: the image takes up to N MiB, and N MiB are free; nothing was written, the program goes on.
             Make room (df -h HERE/disk), or write it elsewhere:
               crac checkpoint … --image DIR (ERR_CRAC_ENGINE_FAILED)
        "
      `);
      expect(readdirSync(disk())).toEqual([]);
      await goesOn(running, { count: 1, files: ['disk'] });
    }));

  test('that another fills while the engine writes', () =>
    mounted('64m', async () => {
      const running = await start({}, join(disk(), 'image'));
      const checkpoint = place.crac('checkpoint', join(disk(), 'image'));
      while (!readdirSync(disk()).some((name) => name.startsWith('image.partial-'))) await pause(1);
      fill(join(disk(), 'other'));
      const { code, stdout, stderr } = await checkpoint;
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^crac: .*(?:no room is left|No space left|no room left)/ims);
      expect(stderr).not.toMatch(/^ +at /m);
      expect(readdirSync(disk()).filter((name) => name.includes('partial'))).toEqual([]);
      await goesOn(running, { count: 1, files: ['disk'] });
    }));

  test('need have room for the memory only once', () =>
    mounted('330m', async () => {
      const program = place.path('large.cjs');
      writeFileSync(
        program,
        `globalThis.kept = [Buffer.alloc(120 << 20, 1), Array.from({ length: 1e5 }, (_, i) => ({ i, text: 'x'.repeat(600) + i }))];
        globalThis.kept[1].forEach((each) => JSON.stringify(each.text));
        require('http').createServer((request, response) => response.end(String(kept[1].length))).listen(${PORT}, '127.0.0.1', () => console.log('ready'));`,
      );
      const running = place.start(CRAC, ['run', '--image', join(disk(), 'image'), program]);
      await running.line(/ready/);
      expect(await place.crac('checkpoint', join(disk(), 'image'))).toMatchObject({ code: 0, stderr: '' });
      await running.ended;
      const used = Number(execFileSync('du', ['-sm', disk()], { encoding: 'utf8' }).split('\t')[0]);
      expect(used * 2).toBeGreaterThan(330); // else it says nothing
      const copy = place.start(CRAC, ['restore', join(disk(), 'image')]);
      expect(await get(PORT)).toBe('100000');
      copy.child.kill('SIGTERM');
      await copy.ended;
    }));
});

/** Takes all the room that is left, and what is given back meanwhile. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(1 << 20);
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
