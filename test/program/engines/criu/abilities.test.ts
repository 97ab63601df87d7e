import { expect, test } from 'vitest';
import type { Judged } from '../../../../src/program/descriptors/verdict.ts';
import { CRIU_ABILITIES } from '../../../../src/program/engines/criu/abilities.ts';
import type { Descriptor } from '../../../../src/shared/descriptor.ts';

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

/** What has inode 5 is inside the program. */
function judged(fields: Partial<Descriptor>): Judged {
  const descriptor = { ...FILE, ...fields };
  const isInside = descriptor.inode === 5;
  return CRIU_ABILITIES[descriptor.kind](descriptor, {
    areInside: () => isInside,
    isPeerOutside: () => !isInside,
    isPeerGone: () => false,
  });
}

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
  expect(judged(fields).owner).toBe(expected);
});

test('a unix connection to the outside is cut, one inside is not', () => {
  const socket = { protocol: 'unix', family: 'unix', state: 'ESTABLISHED' } as const;
  expect(judged({ kind: 'socket', socket, inode: 6 })).toMatchObject({ owner: 'adapter', cut: true });
  expect(judged({ kind: 'socket', socket, inode: 5 })).toEqual({
    owner: 'engine',
    reason: 'connected inside the program, and stays so',
  });
});

test('every verdict has a reason', () => {
  for (const kind of Object.keys(CRIU_ABILITIES) as Descriptor['kind'][])
    expect(judged({ kind, inode: 6 }).reason).toMatch(/^\S.+\S$/);
});
