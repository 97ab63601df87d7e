import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_IMAGE_TRUNCATED',
  phase: 'restore',
  title: 'A file of the image has another size than the checkpoint gave it',
  signatures: [
    { text: /^image: (?<path>.+) has (?<size>\d+) bytes; restore\.conf says (?<expected>\d+)$/ },
    { text: /^image: (?<path>.+) is missing; restore\.conf says (?<expected>\d+) bytes$/ },
  ],
  cause:
    '{path} [[has {size} bytes instead of {expected}]]: the image was not copied whole, or was changed since the checkpoint ({expected} bytes then).',
  remedies: [
    {
      what: 'Copy the image again, whole',
      where: 'machine',
      command: 'rsync -a --delete HOST:IMAGE/ IMAGE/',
    },
    { what: 'Or make it anew', where: 'crac', command: 'crac run --image DIR app.js\ncrac checkpoint DIR' },
  ],
  samples: [
    'image: /srv/image/pages-1.img has 4096 bytes; restore.conf says 7962624',
    'image: /srv/image/pages-1.img is missing; restore.conf says 7962624 bytes',
  ],
});
