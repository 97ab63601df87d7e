import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MOUNT_FAILED',
  phase: 'restore',
  title: 'A mount of the image cannot be made',
  rank: 'symptom',
  signatures: [
    {
      file: ['mount.c', 'mount-v2.c'],
      text: /(?:Unable to (?:mount|bind-mount|move mount|open|statfs|create mountpoint|mkdir mountpoint|make|mark)|Can't (?:mount|bind-mount|re-mount|bind remount|stat|open|remount|detach mount|umount)|Failed to (?:move|open|open_tree|cross-mntns|remount|restore|copy sharing))\b.*?(?<path>\.?\/\S*)?.*?: (?<why>[A-Z][a-z].+)$/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      file: ['mount.c', 'mount-v2.c'],
      text: /A few mount points can't be mounted|(?:Can't restore ext mount|Unable to mount) (?<path>\S+)/,
      levels: ['error'],
      confidence: 'likely',
    },
    { file: 'mount.c', text: /No parent found for mountpoint \d+ \(@(?<path>\S+)\)/, confidence: 'likely' },
  ],
  explains: [/A few mount points/, /Unable to mount/, /mount/],
  cause:
    'The mount[[ {path}]] cannot be made as it was at the checkpoint[[: {why}]]; its source or its place in the root file system is not here, or the engine may not mount.',
  remedies: [
    {
      what: 'Restore with the same volumes, tmpfs and devices as the container had, and with the runtime that made the checkpoint',
      where: 'container',
      command: 'podman container restore --import=app.tar.gz\ndocker start --checkpoint POINT NAME',
    },
    {
      what: 'Make what it is mounted on',
      where: 'machine',
      command: 'sudo mkdir -p "ROOT/{path|PLACE}"',
      cost: 'for a file that is mounted over, touch it instead',
    },
    byConf('Or take all mounts from outside as they are', 'external mnt[]'),
    {
      what: 'Or say where it comes from',
      where: 'criu',
      command: "criu restore --root ROOT --external 'mnt[NAME]:/SOURCE' …",
    },
  ],
  tells: [
    {
      what: 'The mounts that the image has',
      command: 'crit show IMAGE/mountpoints-*.img | grep -E "mountpoint|source|ext_key"',
    },
  ],
  samples: [
    '(00.069003)      1: Error (criu/mount-v2.c:270): mnt-v2: Unable to mount tmpfs /tmp/.criu.mntns.x/9-0000000000/run (id=531): No such file or directory',
    "(00.069003)      1: Error (criu/mount.c:2450): mnt: Can't mount at ./sys/fs/cgroup: Device or resource busy",
  ],
});
