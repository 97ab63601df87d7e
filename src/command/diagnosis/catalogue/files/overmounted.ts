import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_OVERMOUNTED',
  phase: 'checkpoint',
  title: 'An open file is hidden by a mount',
  signatures: [
    {
      file: 'files-reg.c',
      text: /Open files on overmounted mounts are not supported yet; mount=(?<mount>\d+) fd=(?<fd>-?\d+) path=(?<path>.*)/,
    },
  ],
  cause: 'Descriptor {fd} ({path}) is on a file system over which another one was mounted later.',
  remedies: [
    {
      what: 'Take the upper mount away, or start the program after it',
      where: 'machine',
      command: 'findmnt -R',
    },
    { what: 'Close the file before the checkpoint', where: 'program' },
  ],
  samples: [
    '(00.004913) Error (criu/files-reg.c:1796): Open files on overmounted mounts are not supported yet; mount=61 fd=19 path=/data/app.log',
  ],
});
