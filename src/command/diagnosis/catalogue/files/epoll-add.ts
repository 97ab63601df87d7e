import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_INHERIT_EPOLL',
  phase: 'restore',
  title: 'What was given for a descriptor cannot be waited on',
  signatures: [
    {
      file: 'eventpoll.c',
      text: /Can't add event on (?<id>0x[0-9a-f]+): Operation not permitted/,
      confidence: 'likely',
    },
  ],
  cause:
    'The restore was given a regular file or /dev/null in place of a descriptor that the program waits on (its standard input), which epoll does not allow.',
  remedies: [
    {
      what: 'Make the image with crac: it puts a pipe between',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    { what: 'Give it a pipe or a terminal', where: 'criu', command: 'cat input | criu restore …' },
  ],
  samples: [
    "(00.020011)  20811: Error (criu/eventpoll.c:417): epoll: Can't add event on 0x000015: Operation not permitted",
  ],
});
