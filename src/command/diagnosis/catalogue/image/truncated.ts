import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_IMAGE_TRUNCATED',
  phase: 'restore',
  title: 'A file of the image is cut off or foreign',
  signatures: [
    { file: 'image.c', text: /(?:Head m|M)agic doesn't match for (?<path>\S+)/ },
    { file: 'cr-restore.c', text: /Image corrupted on pid (?<pid>\d+)/ },
    { file: 'protobuf.c', text: /Unexpected EOF on (?!\(empty-image\))(?<path>\S+)/ },
    {
      file: 'protobuf.c',
      text: /(?:Read -?\d+ bytes while \d+ expected (?:on|from)|Can't read \d+ bytes from file|Failed unpacking object \S+ from) (?<path>[^\s:]+)/,
      confidence: 'likely',
    },
    { file: 'image.c', text: /Img trimmed (?<size>\d+)\/(?<expected>\d+)/ },
    { file: 'image.c', text: /Unexpected EOF/ },
    { file: 'pagemap.c', text: /Reached EOF unexpectedly while reading page from image/ },
    { file: 'pagemap.c', text: /Can't read async pr bytes/ },
    { file: 'pagemap.c', text: /Can't read mapping page \d+: Success/ },
    { file: 'pagemap.c', text: /Can't read mapping page/, confidence: 'likely' },
    { file: 'restorer.c', text: /Can't read pages data \((?<error>-?\d+)\)/, confidence: 'likely' },
    // Without an end: the step inside the process reads again and again where there is nothing.
    {
      text: /^`- returned 0$/,
      levels: ['debug'],
      with: /Preadv .*\n.*`- returned 0\n.*Preadv/,
      confidence: 'likely',
    },
    { file: 'restorer.c', text: /Error reading pages|preadv.*fail/i },
  ],
  explains: [/Restorer fail/, /exited, status=/],
  cause:
    '{path|A file of the image} is cut off or not what it should be: the disk was full at the checkpoint, a copy or upload stopped half-way, or files of two images were mixed.',
  remedies: [
    { what: 'See which files are wrong', where: 'crac', command: 'crac explain IMAGE' },
    {
      what: 'Copy the image again, whole',
      where: 'machine',
      command: 'rsync -a --delete HOST:IMAGE/ IMAGE/',
    },
    {
      what: 'Or make it anew; see first that there is room',
      where: 'crac',
      command: 'df -h .\ncrac checkpoint TARGET',
    },
  ],
  samples: [
    '(00.986480) pie: 774: Preadv 0xb6f006:4090... (53 iovs)\n(00.986481) pie: 774: `- returned 0\n(00.986482) pie: 774: Preadv 0xb6f006:4090... (53 iovs)\n(00.986483) pie: 774: `- returned 0',
    "(00.001003) Error (criu/image.c:563): Magic doesn't match for pstree.img",
    '(00.017003)  20811: Error (criu/protobuf.c:79): Unexpected EOF on mm-20811.img',
    "(00.017003)  20811: Error (criu/pagemap.c:315): Can't read mapping page 4096: Success",
  ],
});
