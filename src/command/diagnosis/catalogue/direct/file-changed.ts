import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_FILE_CHANGED',
  phase: 'both',
  title: 'A library or program that is mapped was replaced',
  signatures: [
    {
      text: /: (?<path>\/.+) has (?<now>\d+) bytes, and had (?<before>\d+) when the image was made: it was replaced/,
    },
    { text: /(?<path>\/\S+) was replaced while the image was made/ },
  ],
  cause:
    '{path} is not the file that the program has in its memory[[ ({now} bytes, not {before})]]: a deployment or a package’s update has put another in its place.',
  remedies: [
    {
      what: 'Make the image after the update, from a program that was started after it',
      where: 'crac',
      command: 'crac run --image DIR app.js\ncrac checkpoint DIR',
    },
    {
      what: 'Or put the file of the checkpoint back: a copy of it, or the package in the old version',
      where: 'machine',
      command: 'dpkg -S {path} || rpm -qf {path}',
    },
  ],
  samples: [
    'crac: /srv/image: /usr/lib/libz.so.1 has 4096 bytes, and had 8192 when the image was made: it was replaced. Put the old one there',
    'crac: /usr/bin/node was replaced while the image was made, which would not fit it; ask for a checkpoint again',
  ],
});
