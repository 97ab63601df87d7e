import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_CONF_DAMAGED',
  phase: 'restore',
  title: "The image's restore.conf cannot be used",
  signatures: [
    { text: /^image: (?<path>.+) is cut off: its last line is missing$/ },
    { text: /^image: (?<path>.+) has format (?<format>\S+), this version reads 1$/ },
    { text: /(?<!\S)(?<path>\S+restore\.conf) is cut off; make the image anew/ },
    { text: /(?<!\S)(?<path>\S+) was made by another version of node-crac \(format (?<format>\S+),/ },
  ],
  cause: '{path} is [[of another version of node-crac (format {format}) or ]]cut off.',
  remedies: [
    {
      what: 'Make the image anew',
      where: 'crac',
      command: 'crac run --image DIR app.js\ncrac checkpoint DIR',
    },
  ],
  samples: [
    'image: /srv/image/restore.conf is cut off: its last line is missing',
    'image: /srv/image/restore.conf has format 2, this version reads 1',
    'crac: /srv/image/restore.conf is cut off; make the image anew with `crac checkpoint`',
  ],
});
