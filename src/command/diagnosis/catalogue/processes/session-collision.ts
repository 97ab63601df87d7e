import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SESSION_COLLISION',
  phase: 'restore',
  title: 'The session of the restore has a number that the image has too',
  signatures: [
    {
      file: 'pstree.c',
      text: /Current (?<kind>sid|gid) (?<number>\d+) intersects with (?:pid|pgid of|sid of) \((?<pid>\d+)\) in images/,
    },
  ],
  cause:
    'A program of a shell takes the session of the restore (--shell-job), whose {kind} {number} is a number in the image as well.',
  remedies: [
    {
      what: 'Try again from another shell: it has another number',
      where: 'criu',
      command: "setsid -w script -qec 'criu restore --shell-job …' /dev/null",
    },
    {
      what: 'Make the image of a program with a session of its own',
      where: 'program',
      command: 'setsid node app.js </dev/null >app.log 2>&1 &',
      cost: 'it has no terminal',
    },
    { what: 'Or make it with crac', where: 'crac', command: 'crac run --image DIR app.js' },
  ],
  samples: ['(00.010004) Error (criu/pstree.c:840): Current sid 100 intersects with pid (100) in images'],
});
