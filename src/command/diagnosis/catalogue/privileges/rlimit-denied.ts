import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SYS_RESOURCE',
  phase: 'checkpoint',
  title: "Limits of another user's program may not be read",
  signatures: [{ file: 'cr-dump.c', text: /Can't get rlimit (?<limit>\d+): Operation not permitted/ }],
  cause: 'The program runs as another user than the engine, and reading its limits needs CAP_SYS_RESOURCE.',
  remedies: [
    {
      what: "Run the engine as the program's user: start the program with crac run as that user",
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'As that user',
      where: 'criu',
      command: 'criu dump --unprivileged …',
      cost: 'needs cap_checkpoint_restore on the binary',
    },
    { what: 'Or add the capability', where: 'container', command: 'docker run --cap-add SYS_RESOURCE …' },
  ],
  samples: [
    "(00.008811) Error (criu/cr-dump.c:388): Can't get rlimit 0: Operation not permitted\n(00.008832) Error (criu/cr-dump.c:1700): Dump core (pid: 812) failed with -1",
  ],
});
