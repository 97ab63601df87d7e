import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_USAGE',
  phase: 'start',
  title: 'The engine was not told what to do',
  signatures: [
    { file: 'crtools.c', text: /(?<what>pid) not specified/ },
    { file: 'cr-check.c', text: /Unknown feature (?<what>\S+)/ },
    { file: 'crtools.c', text: /unknown command: (?<what>\S+)/i },
  ],
  cause:
    'CRIU was started without a process to dump, or with a command or feature that it does not have ({what}).',
  remedies: [
    { what: 'Name the process', where: 'criu', command: 'criu dump -t PID -D DIR …' },
    { what: 'Let crac find it', where: 'crac', command: 'crac ps\ncrac checkpoint TARGET' },
    { what: 'See what this version has', where: 'criu', command: 'criu --help\ncriu check --feature list' },
  ],
  samples: [
    'Error (criu/crtools.c:583): pid not specified',
    'Error (criu/cr-check.c:1901): Unknown feature bogus',
  ],
});
