import { expect, test } from 'vitest';
import { compareVersions } from '../../../src/command/base/versions.ts';
import { missingOptions } from '../../../src/command/doctor/kernel-options.ts';
import { parseMounts } from '../../../src/command/doctor/proc.ts';

test.each([
  ['6.1.0-18-amd64', '5.9', 1],
  ['5.10.0', '5.9', 1],
  ['5.9', '5.9.0', 0],
  ['5.4.0-1109-azure', '5.5', -1],
  ['6.6.87.2-microsoft-standard-WSL2', '6.6', 1],
  ['6.18.0+', '6.18', 0],
  ['6.13-rc2', '6.13', -1],
  ['', '5.5', -1],
])('the kernel %j against %s', (release, needed, expected) => {
  expect(compareVersions(release, needed)).toBe(expected);
});

test('an option of the kernel is its whole name, and no comment', () => {
  const text =
    'CONFIG_PID_NS=y\n# CONFIG_EPOLL is not set\n#CONFIG_KCMP=y\nCONFIG_FHANDLE=n\nCONFIG_UNIX_DIAG=m\n';
  expect(missingOptions(text, ['PID_NS', 'PID', 'NS', 'EPOLL', 'KCMP', 'FHANDLE', 'UNIX_DIAG'])).toEqual([
    'PID',
    'NS',
    'EPOLL',
    'KCMP',
    'FHANDLE',
  ]);
  expect(missingOptions('', [])).toEqual([]);
});

test('a mount keeps spaces, backslashes and letters outside of ASCII in its name', () => {
  expect(parseMounts('1 2 0:1 / /a\\040b\\134c\\011grün rw shared:1 master:2 - tmpfs tmpfs rw\n')).toEqual([
    { point: '/a b\\c\tgrün', root: '/', type: 'tmpfs', options: ['rw', 'rw'] },
  ]);
  expect(parseMounts('')).toEqual([]);
});
