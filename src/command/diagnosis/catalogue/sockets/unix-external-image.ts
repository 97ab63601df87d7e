import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_UNIX_EXTERNAL_IMAGE',
  phase: 'restore',
  title: 'The image has a unix socket to the outside',
  signatures: [{ file: 'sk-unix.c', text: /External socket found in image/ }],
  cause:
    'The image has a unix socket that was connected to a program outside (--external or --ext-unix-sk at the dump), and the restore was given nothing in its place.',
  remedies: [
    {
      what: 'Make the image with crac; it takes care of the sockets it knows',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    byConf('Let it be restored as broken off', 'ext-unix-sk', 'programs see those connections end'),
    {
      what: 'Give it a descriptor',
      where: 'criu',
      command: "criu restore --inherit-fd 'fd[N]:socket:[INODE]' …",
    },
  ],
  samples: [
    '(00.017007)  20811: Error (criu/sk-unix.c:1912): unix: External socket found in image. Consider using the --ext-unix-sk option to allow restoring it.',
  ],
});
