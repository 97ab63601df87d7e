import { expect, test } from 'vitest';
import {
  ConfReader,
  formatRestoreConf,
  formatStoredConf,
  type RestoreConf,
  withLine,
  withoutLine,
} from '../../../src/command/image/restore-conf.ts';

const CONF: RestoreConf = {
  engine: 'criu',
  criu: '/usr/sbin/criu',
  stubLibraries: ['/a/libgnutls.so.30'],
  mode: 'user',
  ids: { uid: 1000, gid: 100 },
  program: 4711,
  node: { path: '/opt/my node/bin/node', size: 98765, version: 'v22.1.0' },
  protectionKeys: 'none',
  clock: undefined,
  mark: '/a/mark',
  cwd: undefined,
  pollStdin: false,
  nonblockingStdin: false,
  inherit: [],
  cut: [],
  pageFile: undefined,
  ports: [],
  open: [],
  mapped: [],
  own: [],
  options: [],
  agent: [],
};

test('the lines of the least image', () => {
  expect(formatRestoreConf(CONF)).toBe(`format 1
engine criu
criu /usr/sbin/criu
mode user
stand-in /a/libgnutls.so.30
ids 1000 100
program 4711
node 98765 /opt/my node/bin/node
node-version v22.1.0
mark /a/mark
protection-keys none
end 1
`);
});

test('all that an image may have, in the order in which the restorer reads it', () => {
  const text = formatRestoreConf({
    ...CONF,
    clock: '1 2 3 4',
    cwd: '/srv/ grün ',
    pollStdin: true,
    nonblockingStdin: true,
    inherit: [{ slot: 0, name: 'pipe:[7]' }],
    cut: ['socket:[8]'],
    pageFile: { name: 'crac-memory.img', size: 2 ** 40 },
    ports: [{ family: 6, address: '::1', port: 80, v6only: true, offset: 123 }],
    open: [
      {
        path: '/srv/a b',
        process: 1,
        fd: 5,
        access: 'read',
        position: Number.MAX_SAFE_INTEGER,
        size: 4,
        modified: '1700000000000000001',
        uid: 0,
        gid: 0,
        mode: 0o100644,
        fingerprint: undefined,
      },
    ],
    options: ['--tcp-close'],
    agent: ['/usr/bin/node', '/a/dist/cli.js'],
  });
  expect(text.slice(text.indexOf('clock'))).toBe(`clock 1 2 3 4
cwd /srv/ grün 
poll-stdin 1
nonblocking-stdin 1
page-file 1099511627776 crac-memory.img
inherit 0 pipe:[7]
cut socket:[8]
port 6 ::1 80 1 123
open 1 5 read 9007199254740991 4 1700000000000000001 0 0 33188 - /srv/a b
option --tcp-close
agent /usr/bin/node
agent /a/dist/cli.js
end 1
`);
});

test.each<[string, Partial<RestoreConf>]>([
  ['cwd', { cwd: '/srv/a\nend 1' }],
  ['cut', { cut: ['a\nb'] }],
  ['agent', { agent: ['node', 'a\n'] }],
])('a line break in %s would be a line of its own, and is refused', (key, fields) => {
  expect(() => formatRestoreConf({ ...CONF, ...fields })).toThrow(
    `a line break in ${key} cannot be kept in an image`,
  );
});

test('an engine of which the restorer needs to know little: the least lines', () => {
  const text = formatRestoreConf({
    engine: 'pause',
    mode: 'user',
    program: 7,
    node: { path: '/usr/bin/node', size: 5 },
    agent: ['/usr/bin/node'],
    files: [['paused.json', 70]],
  });
  expect(text).toBe(
    'format 1\nengine pause\nmode user\nprogram 7\nnode 5 /usr/bin/node\nagent /usr/bin/node\nfile 70 paused.json\nend 1\n',
  );
});

test('what is written is read: values with blanks, many of a key, the first of which counts', () => {
  const conf = new ConfReader(
    formatRestoreConf({
      ...CONF,
      cwd: '/srv/ grün ',
      pageFile: { name: 'crac-memory.img', size: 9 },
      agent: ['a', 'b c'],
      files: [
        ['core-1.img', 12],
        ['a b.img', 0],
      ],
    }),
  );
  expect(conf.value('cwd')).toBe('/srv/ grün ');
  expect(conf.value('agent')).toBe('a');
  expect(conf.values('agent')).toEqual(['a', 'b c']);
  expect(conf.pageFile).toBe('crac-memory.img');
  expect(conf.files).toEqual([
    { name: 'core-1.img', size: 12 },
    { name: 'a b.img', size: 0 },
  ]);
  expect(conf.isWhole).toBe(true);
  expect(conf.value('gone')).toBeUndefined();
});

test.each([
  ['nothing', ''],
  ['a cut line', 'format 1\nengine cr'],
  ['a last line without its value', 'format 1\nend'],
  ['a blank first', ' end 1\n'],
])('%s is not whole', (_, text) => {
  expect(new ConfReader(text).isWhole).toBe(false);
});

test('a form of storage comes and goes, and every other byte stays', () => {
  const text = formatRestoreConf({ ...CONF, cwd: '/srv/$& end 1' });
  const stored = withLine(text, ['compressed', 'zstd']);
  expect(stored.endsWith('compressed zstd\nend 1\n')).toBe(true);
  expect(withoutLine(stored, ['compressed', 'zstd'])).toBe(text);
  expect(formatStoredConf('criu', ['encrypted', 'aes-256-gcm'])).toBe(
    'format 1\nengine criu\nencrypted aes-256-gcm\nend 1\n',
  );
});
