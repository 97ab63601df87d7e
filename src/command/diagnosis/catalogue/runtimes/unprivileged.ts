import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_UNPRIVILEGED',
  phase: 'start',
  title: 'CRIU runs in a container that may not do what it needs',
  signatures: [
    {
      file: 'cr-check.c',
      text: /(?<what>\/proc\/<pid>\/map_files|(?<!\S)\S+ sysctl|sys\/kernel\/\w+|\/proc\/sys\/kernel\/\w+) (?:sysctl )?is inaccessible: (?<why>Operation not permitted|Permission denied|Read-only file system)/,
    },
  ],
  explains: [
    /^Does not look good/,
    /is inaccessible: (?:Operation not permitted|Permission denied|Read-only file system)/,
  ],
  cause:
    'The kernel has {what}, and CRIU may not use it here ({why}): it runs in a container with the default capabilities, seccomp profile and read-only /proc/sys. The kernel lacks nothing; several refusals of this kind are one cause.',
  remedies: [
    {
      what: 'Let the runtime call CRIU from outside: the container then needs no rights of its own',
      where: 'podman',
      command: 'sudo podman container checkpoint --export /tmp/NAME.tar.gz NAME',
    },
    {
      what: 'Or give the container the capabilities, the system calls and a writable /proc/sys',
      where: 'container',
      command:
        'docker run --cap-add CHECKPOINT_RESTORE --cap-add SYS_PTRACE --cap-add SYS_ADMIN \\\n  --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined …',
      cost: 'CAP_SYS_ADMIN is nearly root, and the container may make any system call',
    },
    {
      what: 'crac doctor says which of them is missing, and asks for less',
      where: 'crac',
      command: 'crac doctor --for docker',
    },
  ],
  tells: [
    {
      what: 'Which capabilities and which filter the container has',
      command: "grep -E 'Cap(Eff|Bnd)|Seccomp|NoNewPrivs' /proc/self/status",
    },
  ],
  samples: [
    '(00.000211) Error (criu/cr-check.c:124): /proc/<pid>/map_files is inaccessible: Operation not permitted\n(00.000311) Error (criu/cr-check.c:160): sys/kernel/ns_last_pid sysctl is inaccessible: Read-only file system\nDoes not look good.',
  ],
});
