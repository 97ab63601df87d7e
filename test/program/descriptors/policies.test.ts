import { expect, test } from 'vitest';
import type { Descriptor } from '../../../src/shared/descriptor.ts';
import { globToRegExp, policyFor } from '../../../src/shared/policy-match.ts';
import type { Policy } from '../../../src/shared/protocol/policy.ts';

test.each<[string, string[], string[]]>([
  [
    '/srv/*.log',
    ['/srv/a.log', '/srv/.log', '/srv/a b.log'],
    ['/srv/a/b.log', '/srv/a.logs', 'x/srv/a.log', '/srv/axlog'],
  ],
  ['/srv/**', ['/srv/', '/srv/a', '/srv/a/b/c', '/srv/a\nb'], ['/srv', '/other/srv/a']],
  ['/srv/**/x', ['/srv/a/x', '/srv/a/b/x'], ['/srv/a/y']],
  ['/a?c', ['/abc', '/aüc', '/a😀c'], ['/ac', '/a/c', '/abbc']],
  ['/a.{log,txt}', ['/a.log', '/a.txt'], ['/a.', '/a.logtxt', '/a.{log,txt}', '/a.log,txt']],
  ['/{a,{b,c}/d}', ['/a', '/b/d', '/c/d'], ['/b', '/a/d']],
  ['/a,b', ['/a,b'], ['/a', 'b']],
  ['/a}b', ['/a}b'], ['/ab']],
  ['/a{b', ['/a{b'], ['/ab']],
  ['/{a,b}/{c', ['/a/{c', '/b/{c'], ['/a/c']],
  ['/[id]/(x)+$^|\\', ['/[id]/(x)+$^|\\'], ['/i/x', '/d/(x)+$^|\\']],
  ['', [''], ['/']],
  ['*', ['', 'a', 'a\nb'], ['/', 'a/b']],
])('the glob %j', (glob, matching, others) => {
  const expression = globToRegExp(glob);
  expect(matching.filter((path) => !expression.test(path))).toEqual([]);
  expect(others.filter((path) => expression.test(path))).toEqual([]);
});

const NOTHING: Descriptor = {
  fd: 7,
  kind: 'regular',
  target: '/srv/app.log',
  deleted: false,
  inode: 1,
  device: 1,
  flags: 0,
  access: 'r',
  append: false,
  closeOnExec: true,
  position: 0,
};

const selects = (policy: Partial<Policy>, descriptor: Partial<Descriptor>): boolean =>
  policyFor([{ type: 'file', action: 'ignore', line: 1, ...policy }], { ...NOTHING, ...descriptor }) !==
  undefined;

test('a file is known by its path, or by its target where it has lost its name', () => {
  expect(selects({ path: '/srv/*' }, { path: '/srv/app.log' })).toBe(true);
  expect(selects({ path: '/srv/*' }, { target: '/srv/x (deleted)', deleted: true })).toBe(true);
  expect(selects({ path: '/srv/*' }, { path: '/var/app.log' })).toBe(false);
  expect(selects({}, { kind: 'fifo' })).toBe(true);
  expect(selects({}, { kind: 'pipe' })).toBe(false);
  expect(selects({}, { kind: 'socket' })).toBe(false);
});

const tcp = {
  protocol: 'tcp',
  family: 'ipv4',
  state: 'ESTABLISHED',
  local: '10.0.0.1:80',
  remote: '10.0.0.2:5000',
} as const;
const tcp6 = { protocol: 'tcp', family: 'ipv6', state: 'LISTEN', local: '[::1]:3000' } as const;
const unix = { protocol: 'unix', family: 'unix', state: 'LISTEN', local: '/run/app.sock' } as const;

test.each<[string, Partial<Policy>, Descriptor['socket'], boolean]>([
  ['every socket', {}, tcp, true],
  ['IP: version 4', { family: 'ip' }, tcp, true],
  ['IP: version 6', { family: 'ip' }, tcp6, true],
  ['IP: no unix socket', { family: 'ip' }, unix, false],
  ['another family', { family: 'ipv6' }, tcp, false],
  ['an address and a port', { localAddress: '10.0.0.1', localPort: '80' }, tcp, true],
  ['a part of a port', { localPort: '8' }, tcp, false],
  ['an address of IPv6 without brackets', { localAddress: '::1', localPort: '3000' }, tcp6, true],
  ['any', { remoteAddress: '*', remotePort: '*' }, tcp6, true],
  ['a remote end that it has not', { remotePort: '5000' }, tcp6, false],
  ['listening', { listening: true }, tcp6, true],
  ['not listening', { listening: false }, tcp6, false],
  ['a path', { localPath: '/run/*.sock' }, unix, true],
  ['a path, of what has none', { localPath: '/run/*.sock' }, tcp, false],
  ['a remote path', { remotePath: '/run/*' }, unix, false],
  ['what is unknown', {}, undefined, false],
])('sockets: %s', (_, policy, socket, selected) => {
  expect(
    selects(
      { type: 'socket', ...policy },
      { kind: 'socket', target: 'socket:[1]', ...(socket && { socket }) },
    ),
  ).toBe(selected);
});

test('a descriptor is known by its number, or by an expression on its target', () => {
  expect(selects({ type: 'filedescriptor', value: 7 }, {})).toBe(true);
  expect(selects({ type: 'filedescriptor', value: 70 }, {})).toBe(false);
  expect(selects({ type: 'filedescriptor', regex: 'app\\.' }, {})).toBe(true);
  expect(selects({ type: 'filedescriptor', value: 8, regex: '.' }, {})).toBe(false); // the number decides
  expect(selects({ type: 'filedescriptor' }, {})).toBe(false);
});

test('the first rule that selects a descriptor decides', () => {
  const rules: Policy[] = [
    { type: 'pipe', action: 'close', line: 1 },
    { type: 'file', path: '/srv/*', action: 'reopen', line: 4 },
    { type: 'file', action: 'error', line: 8 },
  ];
  expect(policyFor(rules, { ...NOTHING, path: '/srv/a' })?.line).toBe(4);
  expect(policyFor(rules, { ...NOTHING, path: '/etc/a' })?.line).toBe(8);
  expect(policyFor([], NOTHING)).toBeUndefined();
});
