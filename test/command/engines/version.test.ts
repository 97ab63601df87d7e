import { expect, test } from 'vitest';
import { compareVersions } from '../../../src/command/base/versions.ts';
import {
  kernelNeeds,
  parseCriuVersion,
  unsuitable,
  upstreamVersion,
} from '../../../src/command/engines/criu/install/version.ts';

test('the version is read from what criu prints, with the commit where there is one', () => {
  expect(parseCriuVersion('Version: 4.2.1\n')).toEqual({ version: '4.2.1' });
  expect(parseCriuVersion('Version: 3.17.1\nGitID: v3.17.1-12-gabc\n')).toEqual({
    version: '3.17.1',
    gitId: 'v3.17.1-12-gabc',
  });
  expect(parseCriuVersion('sh: not found')).toBeUndefined();
});

test('versions are compared number by number', () => {
  const order = ['3.17.1', '3.18', '3.19', '4.0', '4.1', '4.1.1', '4.2-rc1', '4.2', '4.2.1', '4.10'];
  expect([...order].reverse().sort(compareVersions)).toEqual(order);
  expect(compareVersions('4.2', '4.2.0')).toBe(0);
  expect(compareVersions('v4.2', '4.2')).toBe(0);
});

test("a package's version is reduced to its author's", () => {
  expect(upstreamVersion('4.2.1-1')).toBe('4.2.1');
  expect(upstreamVersion('2:4.2-0ubuntu1~24.04')).toBe('4.2');
  expect(upstreamVersion('3.17.1')).toBe('3.17.1');
});

test.each([
  ['5.15.0-91-generic', '3.18'],
  ['6.10.14-1-amd64', '3.18'],
  ['6.11.0', '4.2'],
  ['6.12.48+deb13-amd64', '4.2'],
  ['6.13.0', '4.2'],
  ['6.15.11-arch1-1', '4.2'],
  ['6.16.0-rc1', '4.2'],
  ['6.18.44-cloud', '4.2'],
  ['7.0.3', '4.2'],
])('kernel %s needs CRIU %s', (release, minimum) => {
  expect(kernelNeeds(release).minimum).toBe(minimum);
});

test('the verdict names the version, what is needed and why', () => {
  expect(unsuitable('4.1.1', kernelNeeds('6.18.0'))).toMatchInlineSnapshot(
    `"4.1.1 is too old, 4.2 is needed: kernel 6.16 and later refuse SO_PASSCRED and SO_PASSSEC on internet sockets"`,
  );
  expect(unsuitable('4.1.1', kernelNeeds('6.10.0'))).toBeUndefined();
});
