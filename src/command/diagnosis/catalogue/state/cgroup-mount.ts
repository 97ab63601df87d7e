import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CGROUP_MOUNT',
  phase: 'checkpoint',
  title: 'A mount of control groups comes from outside of the container',
  signatures: [
    {
      file: 'mount.c',
      text: /(?<!\d)(?<mount>\d+):\.?(?<path>\/(?:\S*\/)?sys\/fs\/cgroup\S*) doesn't have a proper root mount/,
      confidence: 'likely',
    },
  ],
  cause:
    'The container sees control groups of the host at {path}, of which the engine finds no root in the container: it has no cgroup namespace of its own, or both versions of control groups are mounted in it (hybrid).',
  remedies: [
    {
      what: 'Let the host have one version only (the second, with systemd), and start containers with a cgroup namespace of their own',
      where: 'machine',
      command:
        'sudo grubby --update-kernel=ALL --args=systemd.unified_cgroup_hierarchy=1 || sudoedit /etc/default/grub\nstat -fc %T /sys/fs/cgroup   # cgroup2fs, after the machine was started anew',
      cost: 'programs that know the first version only no longer find it',
    },
    {
      what: 'Give the container a cgroup namespace',
      where: 'container',
      command: 'docker run --cgroupns private …\npodman run --cgroupns private …',
    },
    byConf('Or take mounts from outside as they are', 'external mnt[]'),
    {
      what: 'Or take mounts from outside as they are, at both ends',
      where: 'criu',
      command: "criu dump --external 'mnt[]' …\ncriu restore --external 'mnt[]' --root ROOT …",
    },
  ],
  tells: [{ what: 'Which control groups are mounted there', command: 'grep cgroup /proc/PID/mountinfo' }],
  samples: [
    "(00.134277) Error (criu/mount.c:670): mnt: 3409:./sys/fs/cgroup/unified doesn't have a proper root mount",
  ],
});
