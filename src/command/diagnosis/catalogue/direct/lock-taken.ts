import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_LOCK_TAKEN',
  phase: 'restore',
  title: 'Another process or copy holds a lock of the program',
  signatures: [
    {
      text: /\bthe program held a lock that another process or copy has now; only one copy can go on with it \([^)]*\): (?<path>\/[^:]+)/,
    },
  ],
  cause:
    'The program had {path} locked at the checkpoint, and now another has that lock: the program itself, which still runs, or another copy of this image.',
  remedies: [
    {
      what: 'See who has it, and end that one first',
      where: 'machine',
      command: 'lslocks -u | grep -F {path}',
    },
    {
      what: 'Or release it in beforeCheckpoint and take it in afterRestore, in each copy on a file of its own',
      where: 'program',
    },
  ],
  samples: [
    'crac: the program held a lock that another process or copy has now; only one copy can go on with it (docs/descriptors.md): /srv/app.db',
  ],
});
