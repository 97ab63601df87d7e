import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NOT_SESSION_LEADER',
  phase: 'checkpoint',
  title: "The program was started from a shell's session",
  signatures: [{ file: 'pstree.c', text: /The root process (?<pid>\d+) is not a session leader/ }],
  cause:
    'Process {pid} belongs to the session of the shell (npm, script, terminal) that started it, which is not dumped.',
  remedies: [
    {
      what: 'Start the program with crac run: it gets a session of its own',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Start it with setsid',
      where: 'program',
      command: 'setsid node app.js </dev/null >app.log 2>&1 &',
      cost: 'Ctrl-C in that terminal no longer reaches it',
    },
    {
      what: "Or say that it is a shell's job, at both ends",
      where: 'criu',
      command: 'criu dump --shell-job …\ncriu restore --shell-job …',
      cost: "the restore must then run in a terminal's session too, if the program had a terminal",
    },
  ],
  samples: [
    '(00.004413) Error (criu/pstree.c:304): The root process 15071 is not a session leader. Consider using --shell-job option',
  ],
});
