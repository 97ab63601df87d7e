import { writeFileSync } from 'node:fs';
import { mended } from './case.ts';
import { alone, type Desk } from './desk.ts';
import { compiled, IDLE } from './programs.ts';

/** G11: seccomp profiles and read-only /proc/sys, as containers have them. */

const idle = async (desk: Desk): Promise<string> => desk.dumped(await desk.program(IDLE));

mended(
  'CRIU_SECCOMP_SUSPEND',
  'a program and an engine under a seccomp profile, as in a container',
  'docker run --security-opt seccomp=unconfined',
  async (desk, explained) => {
    const profile = [compiled(desk, 'forbid'), 'io_uring_setup=ENOSYS', '--'];
    const program = await desk.program(IDLE, { wrapper: profile });
    explained(await desk.dump(program.pid, [], profile));
    await desk.dumped(program);
  },
);

mended(
  'CRIU_FORK_DENIED',
  'a seccomp profile that refuses clone3, after the engine has noted that it has it',
  'docker run --security-opt seccomp=unconfined',
  async (desk, explained) => {
    const image = await idle(desk);
    // The engine notes what the kernel can do on a tmpfs at /run.
    const noted = (wrapper: string[]): string[] => [
      'unshare',
      '-m',
      'sh',
      '-c',
      'mount -t tmpfs run /run && criu check >/dev/null 2>&1; exec "$0" "$@"',
      ...alone(wrapper),
    ];
    const path = ['env', `PATH=${desk.bin}:${process.env.PATH}`];
    const profile = [compiled(desk, 'forbid'), 'clone3=EPERM', '--'];
    explained(await desk.restore(image, [], [...path, ...noted(profile)]));
    await desk.restores(image, [], [...path, ...noted([])]);
  },
);

mended(
  'CRIU_VMSPLICE_DENIED',
  'G3: a seccomp profile that denies vmsplice, as that of Podman on Debian 12',
  'podman run --security-opt seccomp=unconfined',
  async (desk, explained) => {
    const image = await idle(desk);
    const profile = [compiled(desk, 'forbid'), 'vmsplice=EPERM', '--'];
    explained(await desk.restore(image, [], alone(profile)));
    await desk.restores(image, [], alone([]));
  },
);

mended(
  'CRIU_MOVE_MOUNT_DENIED',
  'G3: a seccomp profile that denies move_mount, with all capabilities',
  'docker run --security-opt seccomp=unconfined',
  async (desk, explained) => {
    const image = await idle(desk);
    const profile = [compiled(desk, 'forbid'), 'move_mount=EPERM', '--'];
    explained(await desk.restore(image, [], alone(profile)));
    await desk.restores(image, [], alone([]));
  },
);

/** A container's /proc/sys: nothing in it may be written. */
const readOnly = (path: string): string[] => [
  'unshare',
  '--pid',
  '--fork',
  '--mount-proc',
  '--kill-child',
  'sh',
  '-c',
  `mount --bind ${path} ${path} && mount -o remount,bind,ro ${path} && exec "$0" "$@"`,
];

mended(
  'CRIU_NS_LAST_PID',
  'G11: a seccomp profile without clone3, and /proc/sys read-only',
  'docker run --security-opt seccomp=unconfined',
  async (desk, explained) => {
    const image = await idle(desk);
    const profile = [compiled(desk, 'forbid'), 'clone3=ENOSYS', '--'];
    explained(await desk.restore(image, [], [...readOnly('/proc/sys'), ...profile]));
    await desk.restores(image, [], readOnly('/proc/sys'));
  },
);

mended(
  'CRIU_NS_LAST_PID',
  'G11: a seccomp profile without clone3, and ns_last_pid read-only',
  'Or make the file writable',
  async (desk, explained) => {
    const image = await idle(desk);
    const profile = [compiled(desk, 'forbid'), 'clone3=ENOSYS', '--'];
    explained(await desk.restore(image, [], [...readOnly('/proc/sys/kernel/ns_last_pid'), ...profile]));
    await desk.restores(image, [], alone(profile));
  },
);

mended(
  'CRIU_PID_MISMATCH',
  'G11: a seccomp profile without clone3, and a ns_last_pid that takes no number',
  'docker run --security-opt seccomp=unconfined',
  async (desk, explained) => {
    const image = await idle(desk);
    const nothing = desk.path('nothing');
    writeFileSync(nothing, '');
    const profile = [compiled(desk, 'forbid'), 'clone3=ENOSYS', '--'];
    const sandbox = [
      'unshare',
      '--pid',
      '--fork',
      '--mount-proc',
      '--kill-child',
      'sh',
      '-c',
      `mount --bind ${nothing} /proc/sys/kernel/ns_last_pid && exec "$0" "$@"`,
    ];
    explained(await desk.restore(image, [], [...sandbox, ...profile]));
    await desk.restores(image, [], sandbox);
  },
);
