import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_IMAGE_EMPTY',
  phase: 'both',
  title: 'A file that every image has is not there',
  signatures: [
    { file: 'protobuf.c', text: /Unexpected EOF on \(null\)/, with: /fd -404/, confidence: 'likely' },
    { file: 'util.c', text: /Can't read link of fd -404/, confidence: 'likely' },
  ],
  explains: [/Unexpected EOF on \(null\)/, /No IDS for root task/],
  cause:
    'The engine has opened an image file that does not exist (so CRIU before 3.14 prints it: descriptor -404, name "(null)"): the directory is not that of an image, or the checkpoint before it failed.',
  remedies: [
    {
      what: 'See whether the checkpoint was made at all: its own log must end with "Dumping finished successfully"',
      where: 'criu',
      command: 'ls -l DIR; grep -E "Error|Dumping" DIR/*.log',
    },
    {
      what: 'See what the checkpoint before it said: it ended Java only after the image was whole',
      where: 'java',
      command: 'ls -l DIR; grep -E "Error|Dumping" DIR/*.log',
    },
    { what: 'See what is there', where: 'crac', command: 'crac explain DIR' },
  ],
  samples: [
    "Error (criu/util.c:457): Can't read link of fd -404: No such file or directory\nError (criu/protobuf.c:75): Unexpected EOF on (null)",
  ],
});
