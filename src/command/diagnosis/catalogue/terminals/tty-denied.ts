import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TTY_DENIED',
  phase: 'restore',
  title: 'The terminal belongs to another session',
  signatures: [
    {
      file: 'tty.c',
      text: /Can't set tty params on (?<tty>\S+): (?<why>Operation not permitted|Permission denied|Input\/output error)/,
    },
    { file: 'tty.c', text: /Can't set sid on terminal fd (?<tty>\d+): (?<why>.+)/ },
    { file: 'tty.c', text: /Failed to set group \d+ on (?<tty>\d+): (?<why>.+)/, confidence: 'likely' },
    { file: 'tty.c', text: /Can't setup uid \d+ gid \d+ on (?<tty>\S+): (?<why>.+)/, confidence: 'likely' },
  ],
  cause:
    'There is a terminal, but the restored program may not become its master ({why}): it is the terminal of another session (the shell that started the restore), or of another user.',
  remedies: [
    {
      what: 'Give the restore a terminal of its own',
      where: 'criu',
      command: "script -qec 'criu restore --shell-job …' /dev/null",
    },
    {
      what: 'Restore in the foreground of the shell, not with setsid, nohup or in a pipe',
      where: 'criu',
      command: 'criu restore --shell-job …',
    },
    {
      what: 'Start the program without a terminal before the checkpoint',
      where: 'container',
      command: 'docker run -d …',
      cost: 'nobody can type into the program',
    },
    {
      what: 'Make the image with crac: it can be restored with and without a terminal',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
  ],
  samples: [
    "(00.020201)      8: Error (criu/tty.c:850): tty: Can't set tty params on 0x9: Operation not permitted",
    "(00.020201)      8: Error (criu/tty.c:640): tty: Can't set sid on terminal fd 0: Operation not permitted",
  ],
});
