import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyPackageFiles } from '../../../src/command/image/package-files.ts';
import { ROOT } from '../../support/crac.ts';
import { place } from '../../support/own-place.ts';

const CALLER = `
#include <stdarg.h>
#include <stdio.h>
void signal_all_inside(int);
void say(const char *format, ...) { va_list a; va_start(a, format); vprintf(format, a); }
int main(void) { signal_all_inside(0); return 0; }`;

test('a process that is not PID 1 of a namespace signals nobody', () => {
  const program = place.path('caller');
  writeFileSync(`${program}.c`, CALLER);
  const source = join(ROOT, 'native/base/signals.c');
  execFileSync('cc', ['-I', join(ROOT, 'native'), '-o', program, source, `${program}.c`]);
  const refused = /^process \d+ is not PID 1 of a namespace of its own, so it signals nobody/;
  expect(execFileSync(program).toString()).toMatch(refused);
  // Nor one that is PID 1 and not init, as the parent is in a container.
  expect(execFileSync('unshare', ['--pid', '--fork', program]).toString()).toMatch(refused);
});

test('the copies of our own files in an image are not writable by a group that may write the package', async () => {
  const root = place.path('root');
  mkdirSync(root);
  mkdirSync(place.path('image'));
  writeFileSync(join(root, 'addon.node'), 'x');
  chmodSync(join(root, 'addon.node'), 0o777);
  await copyPackageFiles([{ name: 'crac-addon.node', path: '/addon.node' }], root, place.path('image'));
  expect((statSync(place.path('image', 'crac-addon.node')).mode & 0o777).toString(8)).toBe('755');
});
