import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ROOT } from '../support/crac.ts';

/** What the restorer says where the system refuses something and its caller knows no better: the error, and what to do. */

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'advice-'));
  chmodSync(place, 0o755);
  mkdirSync(join(place, 'image'));
  copyFileSync(join(ROOT, 'native/build/crac-native'), join(place, 'crac-native')); // where anybody may run it
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** Runs a shell's command with the restorer as `$0`; its runtime directory is the place. */
const said = (command: string): string => {
  const { stderr } = spawnSync('sh', ['-c', command, join(place, 'crac-native')], {
    cwd: place,
    encoding: 'utf8',
    env: { ...process.env, CRAC_RUNTIME_DIR: place },
  });
  return stderr;
};

test('too few descriptors', () => {
  expect(said('ulimit -n 3; "$0" restore image')).toBe(
    'crac: cannot open image: Too many open files;\n' +
      '  allow more descriptors: ulimit -n, LimitNOFILE= of a service, docker run --ulimit nofile=N\n',
  );
  expect(said('ulimit -n 4; "$0" restore image')).toBe(
    `crac: cannot list ${place}/image: Too many open files;\n` +
      '  allow more descriptors: ulimit -n, LimitNOFILE= of a service, docker run --ulimit nofile=N\n',
  );
});

const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)(`a directory of somebody else${isRoot ? '' : ' (needs root)'}`, () => {
  mkdirSync(join(place, 'closed/image'), { recursive: true });
  chmodSync(join(place, 'closed'), 0o700);
  expect(said('setpriv --reuid 65534 --clear-groups --inh-caps=-all "$0" restore closed/image')).toBe(
    'crac: cannot open closed/image: Permission denied;\n' +
      '  this user may not: see owner and mode of it and of the directories above it (namei -l PATH)\n',
  );
});

test('an error of which the number tells nothing more stays as it is', () => {
  expect(said('"$0" restore "$(printf "%0300d" 0)"')).toMatch(/^crac: cannot open 0+: File name too long\n$/);
});

test('each piece of advice fits on a line', () => {
  const source = readFileSync(join(ROOT, 'native/base/advice.c'), 'utf8');
  const advice = [...source.matchAll(/return "([^"]+)"/g)].map(([, text = '']) => text);
  expect(advice.length).toBeGreaterThan(8);
  expect(advice.filter((text) => text.length > 98)).toEqual([]);
});
