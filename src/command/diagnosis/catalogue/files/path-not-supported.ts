import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_NO_PATH',
  phase: 'checkpoint',
  title: 'An open file has no path',
  signatures: [{ file: 'files-reg.c', text: /The path \[(?<path>[^\]]*)\] is not supported/ }],
  cause:
    "An open file ({path}) cannot be reached from the program's root directory: its mount was detached, or it came from another container.",
  remedies: [
    {
      what: 'Close it before the checkpoint, or open it anew inside',
      where: 'program',
    },
    {
      what: 'crac run opens standard input and output inside',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
  ],
  tells: [{ what: 'Which descriptor it is', command: 'ls -l /proc/PID/fd' }],
  samples: ['(00.004913) Error (criu/files-reg.c:1812): The path [(unreachable)/app.log] is not supported'],
});
