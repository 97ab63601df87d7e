import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MOUNT_UNMAPPED',
  phase: 'restore',
  title: 'A mount came from outside, and the restore does not say what stands for it',
  signatures: [{ file: 'mount.c', text: /No mapping for (?:\d+:)?\.?(?<path>\S+) mountpoint/ }],
  explains: [/mount/i],
  cause:
    'At the checkpoint {path} was a mount from outside of the image, and the restore was not told what stands for it: the container was described differently (another runtime or version of it, masked paths, volumes), or bare criu restores what a runtime has dumped.',
  remedies: [
    {
      what: 'Restore with the runtime that made the checkpoint: each masks other paths',
      where: 'podman',
      command: 'sudo podman --runtime runc container restore --import=app.tar.gz',
    },
    {
      what: 'Restore with the runtime that made the checkpoint, from the same config.json, volumes and bind mounts',
      where: 'container',
      command: 'runc restore --image-path DIR --bundle BUNDLE ID',
    },
    {
      what: 'Say where it comes from',
      where: 'criu',
      command: "criu restore --external 'mnt[{path}]:{path}' …",
    },
    byConf('Or take all mounts from outside as they are', 'external mnt[]'),
  ],
  tells: [
    {
      what: 'The mounts that the image has from outside',
      command: 'crit show IMAGE/mountpoints-*.img | grep -E "mountpoint|ext_key"',
    },
  ],
  samples: [
    '(00.069003)      1: Error (criu/mount.c:2710): mnt: No mapping for 554:./etc/hosts mountpoint',
    '(00.006789) Error (criu/mount.c:2830): mnt: No mapping for /proc/sched_debug mountpoint',
  ],
});
