import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { demangle, plainName } from '../../../src/command/trace/demangle.ts';
import { descriptorsIn } from '../../../src/command/trace/descriptor-text.ts';
import { effectsOf } from '../../../src/command/trace/effects.ts';
import type { Call } from '../../../src/command/trace/event.ts';
import { shortName } from '../../../src/command/trace/frame-text.ts';
import { parseRecord } from '../../../src/command/trace/journal.ts';
import { installCommand } from '../../../src/command/trace/strace-command.ts';

test.each([
  ['18</etc/hostname>', [{ fd: 18, what: '/etc/hostname' }]],
  [
    '9<TCPv6:[[::ffff:127.0.0.1]:80->[::1]:57754]>',
    [{ fd: 9, what: 'TCPv6:[[::ffff:127.0.0.1]:80->[::1]:57754]' }],
  ],
  ['17<pid:11015<m>>', [{ fd: 17, what: 'pid:11015<m>' }]],
  ['3</dev/null<char 1:3>>', [{ fd: 3, what: '/dev/null<char 1:3>' }]],
  ['AT_FDCWD</srv>, "5</etc/passwd>"', []],
  ['4</srv/\\303\\244 \\74b\\76>', [{ fd: 4, what: '/srv/ä <b>' }]],
  [
    '[3<pipe:[1]>, 4<pipe:[1]>], O_CLOEXEC',
    [
      { fd: 3, what: 'pipe:[1]' },
      { fd: 4, what: 'pipe:[1]' },
    ],
  ],
])('descriptors in %s', (text, found) => {
  expect(descriptorsIn(text)).toEqual(found);
});

const call = (name: string, args: string, result: string): Call => ({
  kind: 'call',
  tid: 1,
  time: 0,
  name,
  args,
  result,
  stack: [],
});

test.each([
  ['close', '3</etc/passwd>', '0', [{ kind: 'closed', first: 3, last: 3 }]],
  ['close', '3</etc/passwd>', '-1 EINTR (Interrupted system call)', [{ kind: 'closed', first: 3, last: 3 }]],
  ['close', '3', '-1 EBADF (Bad file descriptor)', []],
  ['dup2', '5</a>, 5</a>', '5</a>', []],
  ['openat', 'AT_FDCWD</srv>, "a", O_RDONLY', '-1 ENOENT (No such file or directory)', []],
  [
    'openat',
    'AT_FDCWD</srv>, "O_CLOEXEC", O_RDONLY',
    '3</srv/O_CLOEXEC>',
    [{ kind: 'opened', made: [{ fd: 3, what: '/srv/O_CLOEXEC' }], closeOnExec: false }],
  ],
  [
    'connect',
    '7<TCP:[1]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16',
    '-1 EINPROGRESS (Operation now in progress)',
    [{ kind: 'described', fd: 7, how: 'connected to', address: '127.0.0.1:80' }],
  ],
  [
    'connect',
    '7<TCP:[1]>, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16',
    '-1 ECONNREFUSED (Connection refused)',
    [],
  ],
  ['close_range', '3, 4294967295, 0', '0', [{ kind: 'closed', first: 3, last: 4294967295 }]],
  ['signalfd4', '9<anon_inode:[signalfd]>, [INT], 8, 0', '9<anon_inode:[signalfd]>', []],
])('%s(%s) = %s', (name, args, result, effects) => {
  expect(effectsOf(call(name, args, result))).toEqual(effects);
});

test.each([
  ['node::fs::Open(v8::FunctionCallbackInfo<v8::Value> const&)', 'node::fs::Open'],
  [
    'void node::TCPWrap::Connect<sockaddr_in>(v8::FunctionCallbackInfo<v8::Value> const&, std::function<int (char const*)>)',
    'node::TCPWrap::Connect',
  ],
  [
    'node::(anonymous namespace)::ProcessWrap::Spawn(int) const',
    'node::(anonymous namespace)::ProcessWrap::Spawn',
  ],
  ['uv_spawn', 'uv_spawn'],
])('a short name for %s', (name, short) => {
  expect(shortName(name)).toBe(short);
});

const noFilter = spawnSync('c++filt', ['--version']).status === 0 ? '' : 'needs c++filt';

test.skipIf(noFilter)(`C++ names${noFilter ? ` (skipped: ${noFilter})` : ''}`, () => {
  const name = '_ZN4node2fs4OpenERKN2v820FunctionCallbackInfoINS1_5ValueEEE';
  expect(demangle(['main', name])).toEqual(
    new Map([[name, 'node::fs::Open(v8::FunctionCallbackInfo<v8::Value> const&)']]),
  );
});

test.each([
  ['_ZN4node2fs4OpenERKN2v820FunctionCallbackInfoINS1_5ValueEEE', 'node::fs::Open'],
  ['_Z9leak_filev', 'leak_file'],
  ['_ZN12_GLOBAL__N_14openEv', '(anonymous namespace)::open'],
  ['_ZNSt6vectorIiE4pushEv', '_ZNSt6vectorIiE4pushEv'],
])('without c++filt: %s', (name, plain) => {
  expect(plainName(name)).toBe(plain);
});

test.each([
  ['ID=debian\n', 'apt-get install strace'],
  ['NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', 'apt-get install strace'],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'dnf install strace'],
  ['ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', 'zypper install strace'],
  ['ID=alpine\n', 'apk add strace'],
  ['', 'install the package strace with the package manager'],
])('how to get strace: %j', (osRelease, command) => {
  expect(installCommand(osRelease)).toBe(command);
});

test('a record that a program wrote of itself', () => {
  const text =
    'd 7 8 1795601555.699931283 3 4\nm libuv-worker\nn 1303 /srv/my leaks\nn 7f00 ?\nt Worker 2\nj leak (/srv/a.js:1:2)\n';
  expect(parseRecord(text)).toEqual({
    kind: 'd',
    pid: 7,
    tid: 8,
    time: 1795601555.6999314,
    fds: [3, 4],
    native: [{ path: '/srv/my leaks', address: 0x1303 }, { address: 0x7f00 }],
    javascript: ['leak (/srv/a.js:1:2)'],
    java: [],
    comm: 'libuv-worker',
    thread: 'Worker 2',
  });
});
