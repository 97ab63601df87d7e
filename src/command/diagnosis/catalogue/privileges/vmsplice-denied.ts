import { setting } from '../../../doctor/settings.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_VMSPLICE_DENIED',
  phase: 'restore',
  title: 'A seccomp profile denies vmsplice',
  signatures: [{ file: 'pipes.c', text: /Error splicing data: Operation not permitted/ }],
  cause:
    "The engine fills the program's pipes with vmsplice, and a seccomp profile denies it: Podman's own does where containers-common is of Debian 12, Docker's does not; every Node program has pipes.",
  remedies: [
    {
      what: 'Restore under a profile that allows what a restore needs, and no more',
      where: 'container',
      command: [
        ...setting('podman', 'seccomp-restore'),
        ...setting('docker', 'seccomp-restore').slice(1),
      ].join('\n'),
    },
    {
      what: "With the six capabilities of root's way the profile is another",
      where: 'container',
      command: setting('podman', 'seccomp-restore', 'capabilities').join('\n'),
    },
    {
      what: 'Or restore without a profile',
      where: 'container',
      command: setting('podman', 'seccomp-off').join('\n'),
      cost: 'the container may make any system call',
    },
  ],
  samples: [
    [
      'Error (criu/net.c:1253): net: Unexpected error: -1(Operation not permitted)',
      "Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted",
      '   128: Error (criu/pipes.c:184): 0x6571aa: Error splicing data: Operation not permitted',
      '   128: Error (criu/files.c:1221): Unable to open fd=4 id=0x10',
      'Error (criu/cr-restore.c:2331): Restoring FAILED.',
    ].join('\n'),
    [
      'Error (criu/tun.c:85): tun: Unable to create tun: No such file or directory',
      "Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted",
      '   128: Error (criu/pipes.c:184): 0x65889a: Error splicing data: Operation not permitted',
      '   128: Error (criu/files.c:1221): Unable to open fd=4 id=0x10',
      'Error (criu/cr-restore.c:2331): Restoring FAILED.',
    ].join('\n'),
  ],
});
