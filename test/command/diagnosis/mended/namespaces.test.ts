import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { errorsIn, until } from '../engine.ts';
import { mended } from './case.ts';
import type { Desk } from './desk.ts';
import { children, comm, contained, daemon, IDLE } from './programs.ts';

/** Namespaces, mounts and control groups. */

const OWN_STDIO = '</dev/null >/dev/null 2>&1';
const enter = (pid: number): string[] => ['nsenter', '-t', String(pid), '-m', '--'];

/** Not PID 1 of its namespace. */
async function second(
  desk: Desk,
  redirected: string,
  ...options: string[]
): Promise<{ init: number; pid: number }> {
  const words = ['unshare', '--pid', '--fork', '--kill-child', ...options];
  const outer = await daemon(desk, [...words, 'sh', '-c', `setsid sleep 623 ${redirected} & exec sleep 629`]);
  const init = () => children(outer.pid)[0] ?? 0;
  await until(() => comm(children(init())[0] ?? 0) === 'sleep', 'the program inside');
  return { init: init(), pid: children(init())[0] as number };
}

mended(
  'CRIU_PROC_FOREIGN',
  'an engine in the mounts of a container, but not in its PIDs',
  'nsenter -t PID -m -p criu dump',
  async (desk, explained) => {
    const { init, pid } = await second(desk, OWN_STDIO, '--mount-proc');
    const { remedy } = explained(await desk.dump(pid, [], enter(init)));
    const printed = remedy.replace('-t PID ', `-t ${init} `).replace('-t PID_INSIDE', '');
    const { code, log } = await desk.dumpAs(printed, 2);
    if (code !== 0) throw new Error(errorsIn(log));
  },
);

mended(
  'CRIU_FD_FOREIGN_MOUNT',
  'standard input and output opened outside, as with docker exec',
  'docker exec NAME sh -c',
  async (desk, explained) => {
    const dump = async (redirected: string) => {
      const { init } = await second(desk, redirected, '--mount-proc');
      return desk.dump(2, [], ['nsenter', '-t', String(init), '-m', '-p', '--']);
    };
    const { remedy } = explained(await dump(''));
    const [, redirected = ''] = remedy.match(/node app\.js (.*)'$/m) ?? [];
    const { code, log } = await dump(redirected.replace('/tmp', desk.directory));
    if (code !== 0) throw new Error(errorsIn(log));
  },
);

mended(
  'CRIU_PIDNS_WITHOUT_INIT',
  'a program that is not PID 1 of its namespace',
  'nsenter -t INIT_PID -p -m criu dump',
  async (desk, explained) => {
    const { init, pid } = await second(desk, OWN_STDIO, '--mount-proc');
    const { remedy } = explained(await desk.dump(pid, ['--external', 'mnt[]']));
    const printed = remedy.replace('INIT_PID', String(init)).replace('-t PID_INSIDE', '');
    const { code, log } = await desk.dumpAs(printed, 2);
    if (code !== 0) throw new Error(log);
  },
);

mended(
  'CRIU_SESSION_OUTSIDE',
  'a session that was begun outside of the PID namespace, as with docker exec',
  'docker exec NAME setsid node app.js',
  async (desk, explained) => {
    const words = ['unshare', '--pid', '--fork', '--kill-child', '--wd', desk.directory];
    const outer = await daemon(desk, [...words, 'sleep', '624']);
    await until(() => comm(children(outer.pid)[0] ?? 0) === 'sleep', 'the program inside');
    explained(await desk.dump(children(outer.pid)[0] as number));
    const anew = await contained(desk, ['--wd', desk.directory]);
    await desk.dumped({ ...anew.outer, pid: anew.outside });
  },
);

mended(
  'CRIU_CWD_READ_ONLY',
  'a PID namespace without a /proc of its own, in a read-only directory',
  'cd /tmp && node /app/app.js',
  async (desk, explained) => {
    const fixed = desk.path('fixed');
    mkdirSync(fixed);
    await desk.done(`mount --bind ${fixed} ${fixed} && mount -o remount,bind,ro ${fixed}`);
    try {
      const { outside } = await contained(desk, ['--wd', fixed]);
      explained(await desk.dump(outside));
      const anew = await contained(desk, ['--wd', desk.directory]);
      await desk.dumped({ ...anew.outer, pid: anew.outside });
    } finally {
      await desk.done(`umount -l ${fixed}`);
    }
  },
);

/** Where control groups can be made here; undefined where nowhere. */
const groups = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find((path) => {
  try {
    mkdirSync(`${path}/crac-tried`);
    rmdirSync(`${path}/crac-tried`);
    return existsSync(`${path}/cgroup.procs`);
  } catch (error) {
    if (['ENOENT', 'EROFS', 'EACCES', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return false;
    throw error;
  }
});

mended(
  'CRIU_CGROUP',
  'a control group that exists already, with --manage-cgroups=strict',
  'criu restore --manage-cgroups=ignore',
  async (desk, explained) => {
    const group = `${groups}/crac-mended`;
    mkdirSync(group);
    try {
      const program = await desk.program(IDLE);
      await desk.done(`echo ${program.pid} >${group}/cgroup.procs`);
      const image = await desk.dumped(program, ['--manage-cgroups=strict']);
      const { remedy } = explained(await desk.restore(image, ['--manage-cgroups=strict']));
      await desk.restoresAs(remedy, image);
    } finally {
      await desk.done(`until rmdir ${group}; do sleep 0.1; done`);
    }
  },
  groups === undefined ? 'no control group can be made here' : undefined,
);

mended('CRIU_FREEZER_MISSING', 'a freezer that is none', 'criu dump …', async (desk, explained) => {
  const program = await desk.program(IDLE);
  const { remedy } = explained(await desk.dump(program.pid, ['--freeze-cgroup', desk.directory]));
  await desk.dumpsAs(remedy, program);
});
