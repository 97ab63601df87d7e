import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_NOT_WRITTEN',
  phase: 'checkpoint',
  title: 'The image cannot be written where it should lie',
  signatures: [
    { text: /\bcannot (?<act>write|make) (?<path>\S*\.img|\S*image\S*): (?<error>[A-Z]+ \([\w ]+\))/ },
    {
      text: /\bcannot (?<act>write|make|open) (?<path>\/[^\s:]+): (?<error>E[A-Z]+ \([\w ]+\))/,
      confidence: 'likely',
    },
  ],
  cause:
    'The program could not {act} {path} of its image: {error}. The program goes on, and no image was made.',
  remedies: [
    {
      what: 'Make room and rights there, for the user of the program',
      where: 'machine',
      command: 'df -h DIR; namei -l DIR; ulimit -f',
    },
    {
      what: 'Or take another directory',
      where: 'crac',
      command: 'crac checkpoint TARGET --image /OTHER/DIR',
    },
  ],
  samples: ['crac: cannot write pages.img: ENOSPC (no space left on device)'],
});
