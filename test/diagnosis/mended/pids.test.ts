import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { until } from '../engine.ts';
import { mended } from './case.ts';
import type { Desk } from './desk.ts';
import { children, IDLE, status } from './programs.ts';

/** G10: PIDs that are taken. */

const LAST = '/proc/sys/kernel/ns_last_pid';

async function idle(desk: Desk): Promise<{ pid: number; directory: string }> {
  const program = await desk.program(IDLE);
  return { pid: program.pid, directory: await desk.dumped(program) };
}

/** The process that `start` makes gets this PID, unless others are faster: then it is tried again. */
async function taking<T>(
  pid: number,
  start: () => T,
  has: (started: T) => boolean,
  end: (started: T) => void,
): Promise<T> {
  for (let tries = 0; tries < 20; tries++) {
    writeFileSync(LAST, String(pid - 1));
    const started = start();
    if (has(started)) return started;
    end(started);
  }
  throw new Error(`others were always faster at PID ${pid}`);
}

const sleeping = (desk: Desk, pid: number) =>
  taking(
    pid,
    () => desk.start('sleep', ['615']),
    (started) => started.pid === pid,
    (started) => started.child.kill('SIGKILL'),
  );

mended(
  'CRIU_PID_TAKEN',
  'G10: a PID that a running program has',
  'unshare --pid --fork --mount-proc criu restore',
  async (desk, explained) => {
    const { pid, directory } = await idle(desk);
    await sleeping(desk, pid);
    const { remedy, finding } = explained(await desk.restore(directory, [], []));
    expect(finding.cause).toContain(`On this machine, now: ${pid} is \`sleep 615\`.`);
    await desk.restoresAs(remedy, directory);
  },
);

mended(
  'CRIU_PID_TAKEN',
  'G10: a PID that a zombie has',
  'end it, or its parent if it is a zombie',
  async (desk, explained) => {
    const { pid, directory } = await idle(desk);
    // The shell makes a process and becomes a program that waits for nobody.
    const parent = desk.start('sh', ['-c', `echo ${pid - 1} >${LAST}; true & exec sleep 616`]);
    await until(() => children(parent.pid).some((child) => /State:\s+Z/.test(status(child))), 'the zombie');
    expect(children(parent.pid)).toEqual([pid]);
    const { finding } = explained(await desk.restore(directory, [], []));
    expect(finding.cause).toContain(
      `${pid} is a zombie (sh): its parent, process ${parent.pid} (\`sleep 616\`), has not waited for it.`,
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
    // Node makes its threads right after itself: one of them gets the number.
    const other = spawn(
      'sh',
      ['-c', `echo ${pid - 3} >${LAST}; exec node -e "setInterval(() => {}, 1000)"`],
      { stdio: 'ignore' },
    );
    try {
      await until(() => /Tgid/.test(status(pid)), 'the thread');
      const { remedy, finding } = explained(await desk.restore(directory, [], []));
      expect(finding.cause).toMatch(
        new RegExp(`${pid} is a thread \\(.*\\) of process ${other.pid}, \`node -e`),
      );
      await desk.restoresAs(remedy, directory);
    } finally {
      other.kill('SIGKILL');
    }
  },
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
    await sleeping(desk, thread);
    const failed = await desk.restore(directory, [], []);
    const { remedy } = explained(failed);
    const image = desk.path('image-and-log');
    await desk.done(`cp -a ${directory} ${image} && rm -f ${image}/*.log`);
    writeFileSync(`${image}/restore.log`, failed.log);
    expect(await desk.done(`crac explain ${image}`)).toContain(`now: ${thread} is \`sleep 615\`.`);
    await desk.restoresAs(remedy, directory);
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
