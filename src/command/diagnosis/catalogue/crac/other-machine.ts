import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_ARCHITECTURE',
  phase: 'restore',
  title: 'The image was made on another kind of machine',
  signatures: [{ text: /^image: made on (?<theirs>\S+), this machine is (?<ours>\S+)$/ }],
  cause: 'The image was made on {theirs} and this machine is {ours}; machine code cannot be moved.',
  remedies: [
    {
      what: 'Make an image on each architecture',
      where: 'crac',
      command: 'crac run --image DIR app.js\ncrac checkpoint DIR',
    },
  ],
  samples: ['image: made on x64, this machine is arm64'],
});
