import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_MOUNT_DIRECTORY',
  phase: 'both',
  title: 'The engine cannot make a directory that it needs for a while',
  signatures: [
    {
      file: ['mount.c', 'mount-v2.c'],
      text: /(?:Can't|Unable to) create a temporary directory: (?<why>Read-only file system|Permission denied|No such file or directory|No space left on device|Operation not permitted)/,
      levels: ['error'],
    },
  ],
  explains: [/mount/i],
  cause:
    'To look at mounts the engine makes an empty directory in /tmp or in the root of the container, and that is refused: {why}.',
  remedies: [
    {
      what: 'Start the container with a root that can be written, or with a tmpfs at /tmp',
      where: 'container',
      command: 'docker run --tmpfs /tmp …\npodman run --tmpfs /tmp …',
    },
    {
      what: 'In config.json: the root must not be read-only, or /tmp is a mount of its own',
      where: 'runc',
      command: 'grep -n -A3 \'"root"\' config.json   # "readonly": false',
    },
    {
      what: 'Make /tmp, writable, in the root that the program sees',
      where: 'criu',
      command: 'mkdir -p ROOT/tmp && mount -t tmpfs none ROOT/tmp',
    },
  ],
  samples: [
    "(00.127880) Error (mount.c:1005): Can't create a temporary directory: Read-only file system",
    '(00.127880) Error (criu/mount.c:2366): mnt: Unable to create a temporary directory: No such file or directory',
  ],
});
