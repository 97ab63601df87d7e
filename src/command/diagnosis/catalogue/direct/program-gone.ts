import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_PROGRAM_GONE',
  phase: 'checkpoint',
  title: 'The program did not write its image to the end',
  signatures: [
    { text: /\bthe program (?<what>ended while (?:it wrote its image|its image was being made))/ },
    {
      text: /\bprocess \d+ \([^)]+\).*: it (?<what>ended while it wrote its part of the image)/,
    },
    { text: /\bthe process that wrote the image, \d+, (?<what>was ended)/ },
    { text: /\bthe program (?<what>stands still and does not answer)/ },
    { text: /\bthe program (?<what>is still being started); try again/ },
  ],
  cause:
    'The command asked the processes of the program for an image, and one of them {what}: it was killed (for want of memory, by a health check), or it has not come so far yet.',
  remedies: [
    {
      what: 'See whether the kernel or a supervisor has ended it',
      where: 'machine',
      command: 'sudo journalctl -k --since -10min | grep -iE "oom|killed process"',
    },
    { what: 'Try again when it is up', where: 'crac', command: 'crac ps\ncrac checkpoint TARGET' },
  ],
  samples: [
    'crac: the program ended while it wrote its image; no image was made',
    'crac: process 4711 (node worker.js), started at start (/srv/app.js:3:9): it ended while it wrote its part of the image; no image was made, and the others go on',
    'crac: the program ended while its image was being made; no image was made',
    'crac: the process that wrote the image, 4711, was ended; no image was made, and the program goes on',
  ],
});
