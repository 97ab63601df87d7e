import { readdirSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Running } from '../../../support/crac.ts';
import { until } from '../engine.ts';
import { mended } from './case.ts';
import type { Desk } from './desk.ts';
import { compiled, IDLE, status } from './programs.ts';

/** G10: PIDs that are taken. */

async function idle(desk: Desk): Promise<{ pid: number; directory: string }> {
  const program = await desk.program(IDLE);
  return { pid: program.pid, directory: await desk.dumped(program) };
}

/** A program of which a process, a zombie or a thread has this very number. */
async function taking(desk: Desk, kind: 'process' | 'zombie' | 'thread', pid: number): Promise<Running> {
  const taker = desk.start(compiled(desk, 'takes'), [kind, String(pid)]);
  await taker.line(/taken/);
  return taker;
}

mended(
  'CRIU_PID_TAKEN',
  'G10: a PID that a running program has',
  'unshare --pid --fork --mount-proc criu restore',
  async (desk, explained) => {
    const { pid, directory } = await idle(desk);
    await taking(desk, 'process', pid);
    const { remedy, finding } = explained(await desk.restore(directory, [], []));
    expect(finding.cause).toContain(
      `On this machine, now: ${pid} is \`${desk.path('takes')} process ${pid}\`.`,
    );
    await desk.restoresAs(remedy, directory);
    process.kill(pid, 'SIGKILL');
  },
);

mended(
  'CRIU_PID_TAKEN',
  'G10: a PID that a zombie has',
  'end it, or its parent if it is a zombie',
  async (desk, explained) => {
    const { pid, directory } = await idle(desk);
    const parent = await taking(desk, 'zombie', pid);
    await until(() => /State:\s+Z/.test(status(pid)), 'the zombie');
    const { finding } = explained(await desk.restore(directory, [], []));
    expect(finding.cause).toContain(
      `${pid} is a zombie (takes): its parent, process ${parent.pid} (\`${desk.path('takes')}`,
    );
    parent.child.kill('SIGKILL');
    await parent.ended;
    await until(() => status(pid) === '', 'the zombie to be waited for');
    await desk.restores(directory, [], []);
    process.kill(pid, 'SIGKILL');
  },
);

mended(
  'CRIU_PID_TAKEN',
  'G10: a PID that a thread of another program has',
  'unshare --pid --fork --mount-proc criu restore',
  async (desk, explained) => {
    const { pid, directory } = await idle(desk);
    const other = await taking(desk, 'thread', pid);
    const { remedy, finding } = explained(await desk.restore(directory, [], []));
    expect(finding.cause).toContain(
      `${pid} is a thread (takes) of process ${other.pid}, \`${desk.path('takes')}`,
    );
    await desk.restoresAs(remedy, directory);
  },
  process.arch === 'x64' ? undefined : 'a thread with a chosen number is made on x86-64 only',
);

mended(
  'CRIU_TID_TAKEN',
  "G10: a thread's number that a running program has",
  'unshare --pid --fork --mount-proc criu restore',
  async (desk, explained) => {
    const { pid, directory } = await idle(desk);
    const threads = readdirSync(directory).flatMap((name) => name.match(/^core-(\d+)\.img$/)?.[1] ?? []);
    const thread = Math.max(...threads.map(Number));
    expect(thread).toBeGreaterThan(pid);
    await taking(desk, 'process', thread);
    const failed = await desk.restore(directory, [], []);
    const { remedy } = explained(failed);
    const image = desk.path('image-and-log');
    await desk.done(`cp -a ${directory} ${image} && rm -f ${image}/*.log`);
    writeFileSync(`${image}/restore.log`, failed.log);
    expect(await desk.done(`crac explain ${image}`)).toContain(
      `now: ${thread} is \`${desk.path('takes')} process`,
    );
    await desk.restoresAs(remedy, directory);
    process.kill(thread, 'SIGKILL');
  },
);

mended(
  'CRIU_PID_MAX',
  'a PID namespace whose limit is lower than the PIDs of the image',
  'sysctl kernel.pid_max=',
  async (desk, explained) => {
    const { directory } = await idle(desk);
    const limited = (text: string): string[] => [
      'unshare',
      '--pid',
      '--fork',
      '--mount-proc',
      '--kill-child',
      'sh',
      '-c',
      `${text}; exec "$0" "$@"`,
    ];
    const { remedy } = explained(await desk.restore(directory, [], limited('sysctl -qw kernel.pid_max=301')));
    await desk.restores(
      directory,
      [],
      limited(`sysctl -qw kernel.pid_max=301; ${remedy.replace('sudo ', '')} >&2`),
    );
  },
);
