import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TTY_MISSING',
  phase: 'restore',
  title: 'The image needs a terminal',
  signatures: [
    { file: 'tty.c', text: /Don't have tty to inherit session from, aborting/ },
    { file: 'tty.c', text: /Can't set tty params on (?<tty>\S+): (?<why>Inappropriate ioctl for device)/ },
  ],
  cause: 'The image was made of a program with a terminal (--shell-job), and the restore has none.',
  remedies: [
    {
      what: 'Make the image with crac: it can be restored with and without a terminal',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Restore from a terminal, or give it one',
      where: 'criu',
      command: "script -qec 'criu restore --shell-job …' /dev/null",
    },
    {
      what: 'Start the container with a terminal',
      where: 'container',
      command: 'docker run -t …',
      cost: 'output then has CR LF line ends',
    },
    {
      what: 'Checkpoint without a terminal',
      where: 'java',
      command: 'setsid java -XX:CRaCCheckpointTo=DIR … </dev/null >app.log 2>&1',
    },
  ],
  samples: [
    "(00.020201)      8: Error (criu/tty.c:1010): tty: Don't have tty to inherit session from, aborting",
    "(00.020201)      8: Error (criu/tty.c:850): tty: Can't set tty params on 0x9: Inappropriate ioctl for device",
  ],
});
