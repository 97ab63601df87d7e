import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_BTRFS',
  phase: 'checkpoint',
  title: 'btrfs shows other device numbers than the engine expects',
  signatures: [
    {
      file: 'mount.c',
      text: /The file system \S+ \S+ \(\S+\) btrfs \.?(?<path>\S+) is inaccessible/,
      levels: ['warn', 'error'],
      confidence: 'likely',
    },
  ],
  explains: [/Mount root for/, /cannot be opened/, /Can't (?:dump|open) (?:that|file) handle/, /irmap/],
  cause:
    'A subvolume of btrfs ({path}) has another device number in the list of mounts than its files have: the engine cannot tell to which mount a watched file belongs.',
  remedies: [
    {
      what: 'Keep containers on another file system: LXD and Incus have storage of kind dir, podman and Docker a directory on ext4 or xfs',
      where: 'machine',
      command: 'df -T /var/lib/containers /var/lib/docker /var/lib/lxd /var/lib/incus 2>/dev/null',
      cost: 'containers must be moved',
    },
    {
      what: 'Or take a newer engine: CRIU 3.17 and later look up the number in the list of mounts',
      where: 'criu',
      command: 'criu --version\nsudo apt-get install --only-upgrade criu',
    },
    { what: 'Or let the program watch nothing (inotify) at the checkpoint', where: 'program' },
  ],
  samples: [
    '(00.275797) Error (criu/mount.c:1062): mnt: The file system 0x39 0x39 (0x42) btrfs ./run/systemd/unit-root is inaccessible',
  ],
});
