import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_DAMAGED',
  phase: 'restore',
  title: 'The image of the engine direct is not whole',
  signatures: [
    { text: /(?<!\S)(?<file>\S+\/[\w.-]+) cannot be used: (?<what>[^.]+)\. The image is damaged/ },
    { text: /(?<!\S)(?<file>\S+\/[\w.-]+): (?<what>[^;]+); the image is not whole/ },
    { text: /(?<!\S)(?<file>\S+) was made by an older node-crac, whose programs take no rule that closes/ },
    { text: /\bcannot read (?<file>pages\.img|[\w-]+\.img): (?<what>[\w ()]+)/ },
  ],
  cause:
    '{file} of the image is not what a checkpoint has written[[ ({what})]]: a copy or an upload stopped half-way, the disk has faults, or another version of node-crac made it.',
  remedies: [
    {
      what: 'Compare it with the sums that were kept',
      where: 'crac',
      command: 'crac inspect --verify IMAGE',
    },
    { what: 'Copy it again, whole', where: 'machine', command: 'rsync -a --delete HOST:IMAGE/ IMAGE/' },
    { what: 'Or make the image anew on this machine', where: 'crac', command: 'crac checkpoint TARGET' },
  ],
  samples: [
    'crac: /srv/image/crac-direct.img cannot be used: the addresses of its memory. The image is damaged: copy it anew, or make it anew with',
    'crac: /srv/image/crac-direct.img: No such file or directory; the image is not whole: copy it anew, or make it anew with',
  ],
});
