import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_INHERIT_PIPE',
  phase: 'restore',
  title: 'What was given for a pipe is not one',
  signatures: [
    { file: 'pipes.c', text: /Unable to reopen the pipe (?<path>\S+): (?<why>.+)/, confidence: 'likely' },
  ],
  cause:
    'The restore was given something else (a file, a terminal, a socket) in place of a pipe of the image: {why}.',
  remedies: [
    {
      what: 'Make the image with crac: standard input and output can then become anything',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Give it a pipe',
      where: 'criu',
      command: "criu restore --inherit-fd 'fd[N]:pipe:[INODE]' … N<&0 | cat",
    },
  ],
  samples: [
    '(00.020011)  20811: Error (criu/pipes.c:238): Unable to reopen the pipe /proc/self/fd/0: No such device or address',
  ],
});
