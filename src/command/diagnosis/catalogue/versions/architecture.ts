import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_ARCHITECTURE',
  phase: 'restore',
  title: 'The image was made on another kind of machine',
  signatures: [{ file: 'cr-restore.c', text: /Core march mismatch (?<number>\d+)/ }],
  cause:
    'The image was made on another architecture (number {number}) than this one; machine code cannot be moved.',
  remedies: [
    {
      what: 'Make an image on each architecture',
      where: 'crac',
      command: 'crac run --image DIR app.js\ncrac checkpoint DIR',
    },
    {
      what: "Run the container for the image's architecture",
      where: 'container',
      command: 'docker run --platform linux/amd64 …',
      cost: 'under emulation a restore does not work: it must be a real machine of that kind',
    },
  ],
  samples: ['(00.002003)  20811: Error (criu/cr-restore.c:854): Core march mismatch 2'],
});
