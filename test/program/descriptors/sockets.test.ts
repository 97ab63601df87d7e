import { expect, test } from 'vitest';
import { type NetTables, socketTable } from '../../../src/program/descriptors/sockets.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const inet = (local: string, remote: string, state: string, inode: number): string =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000 100 0 0 10 0\n`;
const UNIX_HEAD = 'Num       RefCount Protocol Flags    Type St Inode Path\n';

const FILES: Record<string, string> = {
  tcp:
    HEAD +
    inet('0100007F:0BB8', '00000000:0000', '0A', 11) +
    inet('0A00000A:0050', '0B00000A:1388', '01', 12) +
    inet('0A00000A:0050', '0B00000A:1389', '06', 0) +
    inet('00000000:FFFF', '00000000:0000', '7F', 13) +
    'cut off\n',
  tcp6:
    HEAD +
    inet('00000000000000000000000001000000:0050', '00000000000000000000000000000000:0000', '0A', 21) +
    inet('0000000000000000FFFF00000100007F:0050', 'B80D0120000000000000000001000000:0001', '08', 22),
  udp: HEAD + inet('00000000:0035', '00000000:0000', '07', 31),
  netlink:
    'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n' +
    '0000000000000000 0   1234       00000000 0        0        0     2        0        41\n',
  unix:
    UNIX_HEAD +
    '0000000000000000: 00000002 00000000 00010000 0001 01 51 /run/app.sock\n' +
    '0000000000000000: 00000003 00000000 00000000 0001 03 52\n' +
    '0000000000000000: 00000002 00000000 00010000 0005 01 53 @with two  words\n' +
    '0000000000000000: 00000002 00000000 00000000 0002 01 54 /run/gr\u00c3\u00bcn.sock\n',
};
const tables: NetTables = (name) => FILES[name];

test('every kind of socket is read from the tables of the kernel', () => {
  expect([...socketTable(tables)]).toEqual([
    [11, { protocol: 'tcp', family: 'ipv4', state: 'LISTEN', local: '127.0.0.1:3000' }],
    [
      12,
      {
        protocol: 'tcp',
        family: 'ipv4',
        state: 'ESTABLISHED',
        local: '10.0.0.10:80',
        remote: '10.0.0.11:5000',
      },
    ],
    [13, { protocol: 'tcp', family: 'ipv4', state: '7F', local: '0.0.0.0:65535' }],
    [21, { protocol: 'tcp', family: 'ipv6', state: 'LISTEN', local: '[::1]:80' }],
    [
      22,
      {
        protocol: 'tcp',
        family: 'ipv6',
        state: 'CLOSE_WAIT',
        local: '[::ffff:127.0.0.1]:80',
        remote: '[2001:db8::1]:1',
      },
    ],
    [31, { protocol: 'udp', family: 'ipv4', local: '0.0.0.0:53' }],
    [51, { protocol: 'unix', family: 'unix', state: 'LISTEN', local: '/run/app.sock' }],
    [52, { protocol: 'unix', family: 'unix', state: 'ESTABLISHED' }],
    [53, { protocol: 'unix', family: 'unix', state: 'LISTEN', local: '@with two  words' }],
    [54, { protocol: 'unix', family: 'unix', state: 'UNCONNECTED', local: '/run/grün.sock' }],
    [41, { protocol: 'netlink', family: 'netlink' }],
  ]);
});

test('a kernel without a protocol has no sockets of it', () => {
  expect(socketTable(() => undefined).size).toBe(0);
});
