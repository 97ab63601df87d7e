import { expect, test } from 'vitest';
import { defaultVerdict } from '../../../src/program/descriptors/verdict.ts';
import type { Descriptor } from '../../../src/shared/descriptor.ts';

const FILE: Descriptor = {
  fd: 20,
  kind: 'regular',
  target: '/srv/a',
  path: '/srv/a',
  deleted: false,
  inode: 5,
  device: 1,
  flags: 0,
  access: 'rw',
  append: false,
  closeOnExec: false,
  position: 0,
};

/** The pipe of inode 5 is inside the program. */
const owner = (fields: Partial<Descriptor>): string =>
  defaultVerdict({ ...FILE, ...fields }, (inode) => inode === 5)[0];

test.each<[string, Partial<Descriptor>, string]>([
  ['a file for writing', { access: 'w' }, 'error'],
  ['a file for both', {}, 'error'],
  ['a file for reading', { access: 'r' }, 'engine'],
  ['a log', { access: 'w', append: true }, 'engine'],
  ['a deleted file of as much as an image keeps', { deleted: true, size: 100 * 2 ** 20 }, 'engine'],
  ['a deleted file of a byte more', { deleted: true, size: 100 * 2 ** 20 + 1 }, 'error'],
  ['a deleted file that is read, too', { deleted: true, size: 2 ** 40, access: 'r' }, 'error'],
  ['a directory', { kind: 'directory' }, 'engine'],
  ['/dev/null', { kind: 'character', path: '/dev/null' }, 'engine'],
  ['another device', { kind: 'character', path: '/dev/null2' }, 'error'],
  ['a block device', { kind: 'block', path: '/dev/sda' }, 'error'],
  ['a FIFO', { kind: 'fifo' }, 'error'],
  ['a memfd', { kind: 'memfd' }, 'engine'],
  ['an epoll set', { kind: 'anon', anon: 'eventpoll' }, 'engine'],
  ['io_uring', { kind: 'anon', anon: 'io_uring' }, 'error'],
  ['what every object has', { kind: 'anon', anon: 'constructor' }, 'error'],
  ['a pipe inside', { kind: 'pipe', inode: 5 }, 'engine'],
  ['a pipe to the outside', { kind: 'pipe', inode: 6 }, 'error'],
  ['a socket nobody tells of', { kind: 'socket' }, 'engine'],
  ['a listener', { kind: 'socket', socket: { protocol: 'tcp', family: 'ipv4', state: 'LISTEN' } }, 'engine'],
  [
    'a connection',
    {
      kind: 'socket',
      socket: { protocol: 'tcp', family: 'ipv4', state: 'ESTABLISHED', remote: '10.0.0.1:5' },
    },
    'adapter',
  ],
  [
    'an unconnected socket',
    { kind: 'socket', socket: { protocol: 'tcp', family: 'ipv6', state: 'CLOSE' } },
    'engine',
  ],
  ['UDP', { kind: 'socket', socket: { protocol: 'udp', family: 'ipv4' } }, 'engine'],
])('%s', (_, fields, expected) => {
  expect(owner(fields)).toBe(expected);
});

test('every verdict has a reason', () => {
  for (const kind of [
    'regular',
    'directory',
    'character',
    'block',
    'fifo',
    'pipe',
    'socket',
    'memfd',
    'anon',
  ] as const)
    expect(defaultVerdict({ ...FILE, kind }, () => false)[1]).toMatch(/^\S.+\S$/);
});
