import { expect, test } from 'vitest';
import { PolicyFileError, parsePolicies } from '../../../src/command/policies/parse.ts';

const parse = (text: string) => parsePolicies(text, 'fd.yaml');

test('rules stand between lines of ---, with the line where each begins', () => {
  expect(
    parse(`# first
type: file
path: /srv/grün*.log
action: Reopen
---
---
type: SOCKET
family: inet6
listening: True
localPort: 0080
action: close
warn: FALSE
--- { type: filedescriptor, value: 12, action: ignore }
`),
  ).toEqual([
    { type: 'file', action: 'reopen', line: 2, path: '/srv/grün*.log' },
    {
      type: 'socket',
      action: 'close',
      line: 7,
      family: 'ipv6',
      listening: true,
      localPort: '0080',
      warn: false,
    },
    { type: 'filedescriptor', action: 'ignore', line: 13, value: 12 },
  ]);
});

test.each(['', '---\n---\n', '# nothing\n', '\uFEFF'])('%j has no rules', (text) => {
  expect(parse(text)).toEqual([]);
});

test.each([
  ['- a\n- b\n', 'fd.yaml:1:1: a rule is a list of `key: value` lines'],
  ['type: file\n', 'fd.yaml:1:1: the rule has no `action`; it is one of error, ignore, close, reopen'],
  ['type: pipe\naction: reopen\n', 'fd.yaml:2:1: `action: reopen`; it is one of error, ignore, close'],
  [
    'type: door\naction: close\n',
    'fd.yaml:1:1: `type: door`; it is one of file, pipe, socket, filedescriptor',
  ],
  [
    'type: pipe\naction: close\n---\ntype: pipe\naction: close\npath: /x\n',
    'fd.yaml:6:1: `path` selects nothing of type pipe; it has no selectors',
  ],
  ['type: file\naction: close\nvalue: 3\n', 'fd.yaml:3:1: `value` selects nothing of type file; it has path'],
  [
    'type: filedescriptor\naction: close\nvalue: -3\n',
    'fd.yaml:3:1: `value: -3`; it is the number of a descriptor',
  ],
  [
    'type: socket\naction: close\nfamily: ipx\n',
    'fd.yaml:3:1: `family: ipx`; it is one of ipv4, inet4, ipv6, inet6, ip, inet, unix',
  ],
  [
    'type: socket\naction: close\nfamily: constructor\n',
    'fd.yaml:3:1: `family: constructor`; it is one of ipv4, inet4, ipv6, inet6, ip, inet, unix',
  ],
  [
    'type: socket\naction: close\nlistening: yes\n',
    'fd.yaml:3:1: `listening: yes`; it is one of true, false',
  ],
  ['type: pipe\naction: close\nwarn: 0\n', 'fd.yaml:3:1: `warn: 0`; it is one of true, false'],
  ['type: file\naction: close\npath: [a, b]\n', 'fd.yaml:3:1: `path` needs one value'],
  ['type: file\n[a]: b\naction: close\n', 'fd.yaml:1:1: a key must be a plain word'],
])('%j is refused with its place', (text, message) => {
  expect(() => parse(text)).toThrow(PolicyFileError);
  expect(() => parse(text)).toThrow(message);
});

test('an expression that is none, and a file that is no YAML, are refused in one line', () => {
  for (const text of ["type: filedescriptor\naction: close\nregex: '('\n", 'type: "file\n', 'a: b\n c: d\n'])
    expect(() => parse(text)).toThrow(/^fd\.yaml:\d+:\d+: [^\n]+$/);
});
