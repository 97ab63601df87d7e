import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { until } from '../engine.ts';
import { mended } from './case.ts';
import type { Desk } from './desk.ts';
import { children, comm, compiled, IDLE, status } from './programs.ts';

/** G10 to G12: PIDs that are taken, or may not be chosen. */

/** Makes the next process of this machine get the PID; others may be faster, so it is tried some times. */
async function taking(pid: number, start: () => number): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
    const got = start();
    if (got === pid) return;
    process.kill(got, 'SIGKILL');
  }
  throw new Error(`somebody else is always faster than us at PID ${pid}`);
}

const sleeper = (): number => {
  const { pid } = spawn('sleep', ['600'], { stdio: 'ignore' });
  return pid as number;
};

mended(
  'CRIU_PID_TAKEN',
  'G10: a PID that a running program has',
  'unshare --pid --fork --mount-proc criu restore',
  async (desk, explained) => {
    const image = await idle(desk);
    await taking(image.pid, sleeper);
    const { remedy, finding } = explained(await desk.restore(image.directory, [], []));
    try {
      if (!finding.cause.includes(`sleep`)) throw new Error(finding.cause);
      await desk.restoresAs(remedy, image.directory);
    } finally {
      process.kill(image.pid, 'SIGKILL');
    }
  },
);

mended(
  'CRIU_PID_TAKEN',
  'G10: a PID that a zombie has',
  'end it, or its parent if it is a zombie',
  async (desk, explained) => {
    const image = await idle(desk);
    // `sh` starts it and becomes a program that waits for nobody.
    const parent = desk.start('sh', [
      '-c',
      `echo ${image.pid - 1} >/proc/sys/kernel/ns_last_pid; true & exec sleep 600`,
    ]);
    await until(() => children(parent.pid).some((pid) => /State:\s+Z/.test(status(pid))), 'the zombie');
    if (!children(parent.pid).includes(image.pid)) throw new Error('somebody else was faster');
    const { finding } = explained(await desk.restore(image.directory, [], []));
    if (!/zombie/.test(finding.cause)) throw new Error(finding.cause);
    parent.child.kill('SIGKILL');
    await parent.ended;
    await desk.restores(image.directory, [], []);
    process.kill(image.pid, 'SIGKILL');
  },
);

async function idle(desk: Desk): Promise<{ pid: number; directory: string }> {
  const program = await desk.program(IDLE);
  return { pid: program.pid, directory: await desk.dumped(program) };
}
