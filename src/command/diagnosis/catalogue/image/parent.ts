import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PARENT_IMAGE',
  phase: 'both',
  title: 'The image that this one builds on is missing',
  signatures: [
    {
      file: 'image.c',
      text: /(?:Invalid parent image directory provided|Can't link parent snapshot|Can't open parent path)(?:: (?<why>.+))?/,
      confidence: 'likely',
    },
    {
      file: ['pagemap.c', 'page-xfer.c'],
      text: /No parent for snapshot pagemap/,
    },
    {
      file: 'page-xfer.c',
      text: /No parent image found, though parent directory is set(?:: (?<why>.+))?/,
      confidence: 'likely',
    },
  ],
  cause:
    'The image was made in steps (pre-dump, --track-mem), and the step before it is not where its link "parent" points.',
  remedies: [
    {
      what: 'Copy both directories, with the same relative path',
      where: 'machine',
      command: 'ls -l IMAGE/parent',
    },
    { what: 'Or make a whole image', where: 'crac', command: 'crac checkpoint TARGET' },
  ],
  samples: ['(00.017003) Error (criu/pagemap.c:217): No parent for snapshot pagemap'],
});
