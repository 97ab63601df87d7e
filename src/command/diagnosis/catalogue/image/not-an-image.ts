import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_IMAGE_MISSING',
  phase: 'restore',
  title: 'There is no image in the directory',
  signatures: [
    { file: 'protobuf.c', text: /Unexpected EOF on \(empty-image\)/ },
    {
      file: 'image.c',
      text: /Unable to open (?<path>(?:inventory|pstree|core-\d+|mm-\d+|pagemap-\S+|pages-\S+|ids-\d+|fs-\d+|files|fdinfo-\d+)\.img): No such file or directory/,
    },
    { file: 'image.c', text: /Can't open dir (?<path>.+): (?:No such file or directory|Not a directory)/ },
    { file: 'crtools.c', text: /Couldn't open image dir (?<path>.+)/ },
    { file: ['pstree.c', 'cr-restore.c'], text: /No (?:pids|root)? ?found in (?<path>\S+)/i },
  ],
  cause: '{path|A file of the image} is missing: the directory holds no image, or only a part of one.',
  remedies: [
    { what: 'See what is there', where: 'crac', command: 'crac explain IMAGE\ncrac inspect IMAGE' },
    { what: 'Make an image', where: 'crac', command: 'crac run --image DIR app.js\ncrac checkpoint DIR' },
    {
      what: 'Name the directory that -XX:CRaCCheckpointTo named',
      where: 'java',
      command: 'java -XX:CRaCRestoreFrom=DIR',
    },
  ],
  samples: [
    '(00.043165) Error (criu/protobuf.c:72): Unexpected EOF on (empty-image)',
    '(00.000703) Error (criu/image.c:487): Unable to open inventory.img: No such file or directory',
    "Error (criu/image.c:726): Can't open dir /var/cr: No such file or directory",
  ],
});
