import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SESSION_OUTSIDE',
  phase: 'checkpoint',
  title: "The session's first process is outside of the PID namespace",
  signatures: [
    {
      file: 'cr-dump.c',
      text: /A session leader of (?:zombie process )?(?<pid>\d+)\(\d+\) is outside of its pid namespace/,
    },
  ],
  cause:
    'Process {pid} belongs to a session that was begun outside of its PID namespace, as with `docker exec` or a launcher that calls setsid too early.',
  remedies: [
    {
      what: 'Start the program with crac run, which begins the session inside',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    { what: 'Begin a session inside', where: 'container', command: 'docker exec NAME setsid node app.js' },
  ],
  samples: [
    '(00.004413) Error (criu/cr-dump.c:1681): A session leader of 6546(1) is outside of its pid namespace',
  ],
});
