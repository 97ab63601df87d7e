import { chmod, mkdir, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRuntimeDirectory, runtimeDirectory } from '../../../src/command/base/runtime-directory.ts';
import { temporaryDirectory } from './support.ts';

test('root has one for the machine, a user one of his own', () => {
  const uid = process.geteuid?.() ?? 0;
  expect(runtimeDirectory({})).toBe(uid === 0 ? '/run/node-crac' : `/tmp/node-crac-${uid}`);
  expect(runtimeDirectory({ CRAC_RUNTIME_DIR: '/x' })).toBe('/x');
});

test('it is made for its owner alone', async () => {
  const path = join(await temporaryDirectory(), 'a');
  expect(makeRuntimeDirectory({ CRAC_RUNTIME_DIR: path })).toBe(path);
  expect((await stat(path)).mode & 0o777).toBe(0o700);
  expect(makeRuntimeDirectory({ CRAC_RUNTIME_DIR: path })).toBe(path);
});

test('what is not ours is refused, and the message says what to do', async () => {
  const base = await temporaryDirectory();
  await mkdir(join(base, 'real'));
  await symlink(join(base, 'real'), join(base, 'link'));
  expect(() => makeRuntimeDirectory({ CRAC_RUNTIME_DIR: join(base, 'link') })).toThrow(
    /not a directory of yours; set CRAC_RUNTIME_DIR/,
  );
  await chmod(join(base, 'real'), 0o777);
  expect(() => makeRuntimeDirectory({ CRAC_RUNTIME_DIR: join(base, 'real') })).toThrow(
    /is open to others \(mode 777\); chmod 700 it, or set CRAC_RUNTIME_DIR/,
  );
  expect(() => makeRuntimeDirectory({ CRAC_RUNTIME_DIR: '/proc/nothing' })).toThrow(
    /cannot make the runtime directory/,
  );
});
