import { chmodSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { CRAC } from '../support/crac.ts';
import { runDirect, said, writeProgram } from '../support/direct-program.ts';
import { image, place } from '../support/own-place.ts';
import { As, NOBODY, whyNoUsers } from '../support/user.ts';

const why = whyNoUsers();

/** Restores by who may do less than the program's caller, under the engine direct. */

const withLimit = (limit: string) => place.start('prlimit', [limit, CRAC, 'restore', image]).ended;

describe('limits of the caller', () => {
  beforeEach(async () => {
    const script = writeProgram(
      `const all = Array.from({ length: 200 }, () => fs.openSync('/dev/null'));`,
      `const deep = (n) => (n === 0 ? 0 : 1 + deep(n - 1));
       say('works', [all.length, fs.openSync('/dev/null') > all.at(-1), deep(3000), Buffer.alloc(1e7).length]);`,
    );
    expect(await runDirect(script)).toMatchObject({ code: 0, stderr: '' });
  });

  test.each([
    '--nofile=64:2048',
    '--nofile=512:512',
    '--stack=1048576:1048576',
    '--memlock=0:0',
    '--core=0:0',
  ])('a copy lives with %s', async (limit) => {
    const ended = await withLimit(limit);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(said(ended.stdout)).toEqual({ works: [200, true, 3000, 1e7] });
  });

  test.each([
    [
      '--nofile=100:100',
      70,
      /^crac: the program has descriptors up to \d+, and this shell allows too few \(ulimit -n\)/,
    ],
    [
      '--as=400000000:400000000',
      72,
      /^crac: cannot map .*: ENOMEM \(out of memory\)\.\nWhat to do: .*ulimit -v/,
    ],
    [
      '--data=20000000:20000000',
      72,
      /^crac: cannot map .*: ENOMEM \(out of memory\)\.\nWhat to do: give it more memory/,
    ],
  ])('there is no copy with %s, and it is said why', async (limit, code, message) => {
    const ended = await withLimit(limit);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(message);
  });
});

test.skipIf(why)(
  `another user restores an image that it can read, and no other${why ? ` (skipped: ${why})` : ''}`,
  async () => {
    const script = writeProgram('', `say('user', [process.getuid(), process.getgid()]);`);
    expect(await runDirect(script)).toMatchObject({ code: 0, stderr: '' });
    const as = new As(place, NOBODY);
    chmodSync(place.directory, 0o755);
    const refused = await as.crac('restore', image);
    expect(refused).toMatchObject({ code: 72, stdout: '' });
    expect(refused.stderr).toMatch(/Permission denied\. An image belongs to the user who made it/);
    await place.start('chmod', ['-R', 'a+rX', image]).ended;
    const ended = await as.crac('restore', image);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(said(ended.stdout)).toEqual({ user: [65534, 65534] });
  },
);
