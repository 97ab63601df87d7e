import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SESSION_MISMATCH',
  phase: 'restore',
  title: 'The session of the image cannot be restored',
  signatures: [
    { file: 'cr-restore.c', text: /Requested sid (?<sid>\d+) doesn't match inherited (?<own>\d+)/ },
    { file: 'cr-restore.c', text: /Can't restore sid \((?<sid>\d+)\)/, confidence: 'likely' },
    { file: 'tty.c', text: /No task found with sid (?<sid>\d+)/, confidence: 'likely' },
  ],
  cause:
    "The image was made of a program in a shell's session ({sid}), and the restore runs in another one without being told.",
  remedies: [
    {
      what: 'Give --shell-job at both ends',
      where: 'criu',
      command: 'criu dump --shell-job …\ncriu restore --shell-job …',
    },
    {
      what: 'It is given at both? Then the session belongs to a terminal whose other end is in the image (screen, tmux, expect): checkpoint the shell that leads the session along with it',
      where: 'criu',
      command: 'criu dump --shell-job -t {sid} …',
    },
    {
      what: 'Or make the image of a program that crac run has started',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
  ],
  samples: [
    "(00.010004)   8120: Error (criu/cr-restore.c:1375): Requested sid 8100 doesn't match inherited 14",
  ],
});
