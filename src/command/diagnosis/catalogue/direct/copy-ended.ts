import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_COPY_ENDED',
  phase: 'restore',
  title: 'A process of the copy was ended before the copy was complete',
  signatures: [
    {
      text: /(?<what>\bprocess \d+ \(\d+ in the image\) was ended by signal \d+) before the copy was complete/,
    },
  ],
  cause:
    'A copy of several processes is complete when all of them are. This was not: {what}. The others have ended, too; the image is as it was.',
  remedies: [
    {
      what: 'See whether the kernel has ended it for want of memory, and give the copy more',
      where: 'machine',
      command: 'sudo journalctl -k --since -10min | grep -iE "oom|killed process"',
    },
    { what: 'Restore again', where: 'crac', command: 'crac restore IMAGE' },
  ],
  samples: [
    'crac: process 4720 (4711 in the image) was ended by signal 9 before the copy was complete.\nWhat to do: restore again',
  ],
});
