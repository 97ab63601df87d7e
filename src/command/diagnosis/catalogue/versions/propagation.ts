import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MOUNT_PROPAGATION',
  phase: 'restore',
  title: 'The engine is too old for how this kernel shares mounts',
  signatures: [
    {
      file: 'mount-v2.c',
      text: /Failed to make mount (?<mount>\d+) (?<kind>slave|shared|private): (?<why>Invalid argument|Operation not permitted)/,
    },
    {
      file: 'mount.c',
      text: /Unable to make (?<mount>\d+) (?<kind>private|shared|slave|unbindable): (?<why>Invalid argument|Operation not permitted)/,
      confidence: 'likely',
    },
    {
      file: 'mount-v2.c',
      text: /Failed to set mount (?<mount>\d+) (?<kind>unbindable): (?<why>Invalid argument|Operation not permitted)/,
    },
  ],
  cause:
    'Mount {mount} cannot be made {kind} ({why}): kernels since July 2025 (6.16 and the updates of older ones) refuse that from outside of its mount namespace, and CRIU below 4.1.1 does it from there.',
  remedies: [
    {
      what: 'Install CRIU 4.1.1 or later',
      where: 'machine',
      command: 'criu --version; uname -r\nsudo apt-get install --only-upgrade criu',
    },
    { what: 'Install one for crac', where: 'crac', command: 'crac engine install' },
    {
      what: "Or, until then, take the engine's older way of restoring mounts",
      where: 'criu',
      command: 'criu restore --mntns-compat-mode …',
      cost: 'cannot restore every sharing of mounts',
    },
    {
      what: 'Or start the previous kernel',
      where: 'machine',
      command: 'sudo grub-reboot "1>2" && sudo reboot',
      cost: 'the kernel lacks the fix of a security fault',
    },
  ],
  tells: [{ what: 'Both versions', command: 'criu --version; uname -rv' }],
  samples: [
    '(00.076803)      1: Error (criu/mount-v2.c:310): mnt-v2: Failed to make mount 476 slave: Invalid argument\n(00.080003) Error (criu/cr-restore.c:2397): Restoring FAILED.',
  ],
});
