import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StraceEvent } from '../../../src/command/trace/event.ts';
import { Processes } from '../../../src/command/trace/processes.ts';
import { StraceLines } from '../../../src/command/trace/strace-lines.ts';

/** What strace 6.1 printed in real runs. */
const sample = (name: string): string[] =>
  readFileSync(join(import.meta.dirname, 'samples', name), 'utf8').split('\n');

function events(name: string): StraceEvent[] {
  const found: StraceEvent[] = [];
  const lines = new StraceLines((event) => found.push(event));
  for (const line of sample(name)) lines.push(line);
  lines.flush();
  return found;
}

function follow(name: string): { processes: Processes; steps: string[] } {
  const steps: string[] = [];
  const processes = new Processes((process, life, step) => {
    if (life.fd === 3 && process === processes.all[0]) steps.push(`${step.what} ${life.what}`);
  });
  const all = events(name);
  processes.add(all[0]?.tid ?? 0, 'program', []);
  for (const event of all) processes.handle(event);
  return { processes, steps };
}

test('every way to make, copy, pass and close a descriptor, in threads and children', () => {
  const { processes, steps } = follow('life.txt');
  const [program, ended, shell, ...more] = processes.all;
  expect(
    [...(program?.table.open.values() ?? [])].map(({ fd, what, born, closeOnExec }) => [
      fd,
      what.replace(/\d{6,}/g, 'N'),
      born.what,
      born.call?.name,
      closeOnExec,
    ]),
  ).toEqual([
    [3, 'pipe:[N]', 'opened', 'pipe2', true],
    [4, 'pipe:[N]', 'opened', 'pipe2', true],
    [5, 'pipe:[N]', 'duplicated', 'dup', true],
    [6, 'anon_inode:[eventfd]', 'opened', 'eventfd2', true],
    [50, 'pipe:[N]', 'duplicated', 'dup2', false],
    [7, 'anon_inode:[eventpoll]', 'opened', 'epoll_create1', false],
    [8, 'anon_inode:[timerfd]', 'opened', 'timerfd_create', false],
    [9, 'anon_inode:[signalfd]', 'opened', 'signalfd4', false],
    [11, 'anon_inode:inotify', 'opened', 'inotify_init1', false],
    [12, '/memfd:hey', 'opened', 'memfd_create', false],
    [13, 'UNIX-STREAM:[N->N]', 'opened', 'socketpair', false],
    [14, 'UNIX-STREAM:[N->N]', 'opened', 'socketpair', false],
    [15, 'pipe:[N]', 'received', 'recvmsg', true],
    [16, 'pipe:[N]', 'received', 'recvmsg', true],
    [17, expect.stringMatching(/^pid:\d+<m>$/), 'opened', 'pidfd_open', true],
    [18, 'anon_inode:[io_uring]', 'opened', 'io_uring_setup', true],
    [19, 'anon_inode:[userfaultfd]', 'opened', 'userfaultfd', false],
  ]);
  expect(program).toMatchObject({ ended: 'exited with 3' });
  expect(steps.map((step) => step.replace(/\d{6,}/, 'N'))).toEqual([
    'opened /etc/ld.so.cache',
    'closed /etc/ld.so.cache',
    'opened /usr/lib/x86_64-linux-gnu/libc.so.6',
    'closed /usr/lib/x86_64-linux-gnu/libc.so.6',
    'opened pipe:[N]',
  ]);
  // The close-on-exec ones are not the children's.
  expect(ended).toMatchObject({ parent: program?.pid, command: '/bin/true', ended: 'exited with 0' });
  expect([...(ended?.table.open.keys() ?? [])]).toEqual([50, 7, 8, 9, 11, 12, 13, 14, 19]);
  expect(shell).toMatchObject({ parent: program?.pid, command: '/bin/sh', ended: 'exited with 0' });
  const own = [...(shell?.table.open.values() ?? [])].filter(({ born }) => born.what !== 'inherited');
  expect(own.map(({ fd, what, born }) => [fd, what, born.from])).toEqual([[9, '/dev/null<char 1:3>', 3]]);
  expect(more.map(({ parent, command }) => [parent, command])).toEqual([[shell?.pid, '/bin/true']]);
});

test('a stack belongs to the call before it', () => {
  const [open, ...more] = events('stack.txt');
  expect(more).toEqual([]);
  expect(open).toMatchObject({ kind: 'call', name: 'openat', comm: 'node', result: '18</etc/hostname>' });
  const stack = open?.kind === 'call' ? open.stack : [];
  expect(stack.slice(0, 2)).toEqual([
    { path: '/usr/lib/x86_64-linux-gnu/libc.so.6', offset: 0xf8090, symbol: '__open64', distance: 0xd0 },
    { path: '/usr/bin/node', offset: 0x14b03cc, symbol: 'uv__fs_work', distance: 0xc7c },
  ]);
  expect(stack[3]?.symbol).toBe('node::fs::Open(v8::FunctionCallbackInfo<v8::Value> const&)');
});

test('processes of a PID namespace are known by their numbers outside and inside', () => {
  const { processes } = follow('pid-namespace.txt');
  const [outside, init, ...children] = processes.all;
  expect(init).toMatchObject({ parent: outside?.pid });
  expect(init?.inner).toBeUndefined(); // the parent is outside, and was told the number there
  expect(children.map(({ parent, inner, ended }) => [parent === init?.pid, inner, ended])).toEqual([
    [true, 2, 'exited with 0'],
    [true, 3, 'exited with 0'],
  ]);
});
