import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CHECK_PASSED',
  phase: 'start',
  rank: 'hint',
  title: 'The check passed; what is missing is needed by some programs only',
  signatures: [
    { text: /Looks good but some kernel features are missing/, levels: ['error', 'plain', 'debug'] },
  ],
  cause:
    'This is `criu check --all`: the engine works here. Each line above names something that only some programs need: compat tasks are 32-bit programs, UFFD is for --lazy-pages, dirty tracking for dumps in steps, TCP half-closed for such connections.',
  remedies: [
    {
      what: 'Try it: a checkpoint tells more than the list',
      where: 'criu',
      command: 'sudo criu dump -t PID -D DIR -v4 -o dump.log && crac explain DIR/dump.log',
    },
    {
      what: 'See whether anything that is really needed is missing',
      where: 'machine',
      command: 'sudo criu check && echo enough',
    },
  ],
  samples: [
    'Warn  (criu/cr-check.c:1015): Loginuid restore is OFF.\nLooks good but some kernel features are missing\nwhich, depending on your process tree, may cause\ndump or restore failure.',
  ],
});
