import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_IMAGE_UNFINISHED',
  phase: 'restore',
  title: 'The directory holds only a part of an image',
  signatures: [
    { text: /^image: (?<path>.+) holds files of CRIU but no restore\.conf$/ },
    { text: /^image: (?<path>.+) is what a checkpoint left that did not finish$/ },
  ],
  cause:
    '{path} was not finished by `crac checkpoint`: the checkpoint was interrupted, or the files come from CRIU itself or from a container runtime.',
  remedies: [
    {
      what: 'Make the image anew; a finished one appears under its name at once, never in part',
      where: 'crac',
      command: 'crac checkpoint TARGET',
    },
    { what: 'For an image of plain CRIU', where: 'criu', command: 'criu restore -D DIR …' },
    {
      what: 'For one of a container runtime',
      where: 'container',
      command: 'podman container restore --import ARCHIVE',
    },
  ],
  samples: ['image: /srv/image holds files of CRIU but no restore.conf'],
});
