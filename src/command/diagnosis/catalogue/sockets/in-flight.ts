import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TCP_IN_FLIGHT',
  phase: 'checkpoint',
  title: 'A connection waits to be accepted',
  signatures: [
    { file: 'sk-inet.c', text: /In-flight connection \(l\) for (?<inode>[0-9a-f]+)/ },
    { file: 'sk-inet.c', text: /In-flight connections can be ignored with the --skip-in-flight option/ },
  ],
  explains: [/In-flight connections can be ignored/],
  cause: 'A client has connected to a listening socket and the program has not accepted it yet.',
  remedies: [
    {
      what: 'crac always skips them (--skip-in-flight)',
      where: 'crac',
      command: 'crac checkpoint TARGET',
      cost: "that client's connection is reset: it must try again",
    },
    {
      what: 'Skip them',
      where: 'criu',
      command: 'criu dump --skip-in-flight …',
      cost: "that client's connection is reset",
    },
    byConf('Skip them', 'skip-in-flight', 'those connections are reset'),
    { what: 'Or close the server before the checkpoint and listen after the restore', where: 'program' },
  ],
  samples: [
    '(00.013102) Error (criu/sk-inet.c:185): inet: In-flight connection (l) for 1682c\n(00.013103) Error (criu/sk-inet.c:186): inet: In-flight connections can be ignored with the --skip-in-flight option.',
  ],
});
