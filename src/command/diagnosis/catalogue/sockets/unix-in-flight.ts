import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_UNIX_IN_FLIGHT',
  phase: 'checkpoint',
  title: 'A unix connection waits to be accepted',
  signatures: [
    { file: 'sk-unix.c', text: /In-flight connection on/ },
    {
      file: 'sk-unix.c',
      text: /Non-empty write queue on an in-flight socket|Found a closed in-flight socket/,
    },
  ],
  cause: 'Somebody has connected to a unix socket of the program, and the program has not accepted it yet.',
  remedies: [
    {
      what: 'Try again; a program that is blocked never accepts: let it come to rest first',
      where: 'program',
    },
    { what: 'Or close the server before the checkpoint', where: 'program' },
  ],
  samples: [
    '(00.013102) Error (criu/sk-unix.c:494): unix: In-flight connection on non-listening socket 4711',
  ],
});
