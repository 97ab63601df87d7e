import { setting } from '../../../doctor/settings.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MOVE_MOUNT_DENIED',
  phase: 'both',
  title: 'A seccomp profile denies move_mount',
  signatures: [
    {
      file: 'kerndat.c',
      text: /Fail to MOVE_MOUNT_SET_GROUP: Operation not permitted/,
      confidence: 'likely',
    },
  ],
  cause:
    'The engine finds out with move_mount what the kernel can do, and ends where a seccomp profile refuses it to one with CAP_SYS_ADMIN.',
  remedies: [
    {
      what: 'Restore under a profile that allows what a restore with capabilities needs, and no more',
      where: 'container',
      command: setting('docker', 'seccomp-restore', 'capabilities').join('\n'),
    },
    {
      what: 'Checkpoint without a profile; no profile is large enough for it',
      where: 'container',
      command: setting('docker', 'seccomp-off').join('\n'),
      cost: 'the container may make any system call',
    },
    {
      what: "Or go without capabilities, in a user's way, which does not ask for it",
      where: 'container',
      command: 'crac doctor --for docker',
    },
  ],
  samples: [
    [
      'Error (criu/tun.c:85): tun: Unable to create tun: No such file or directory',
      'Error (criu/kerndat.c:1129): Fail to MOVE_MOUNT_SET_GROUP: Operation not permitted',
      'Error (criu/kerndat.c:1926): kerndat_has_move_mount_set_group failed when initializing kerndat.',
      'Error (criu/crtools.c:280): Could not initialize kernel features detection.',
    ].join('\n'),
  ],
});
