import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_IN_FLIGHT',
  phase: 'checkpoint',
  title: 'Something is under way within the program that an image cannot have',
  signatures: [
    { text: /(?<what>a connection to the program's own server) has not been accepted yet: try again/ },
    { text: /(?<what>a descriptor that was passed over a unix socket) has not been received yet/ },
    { text: /(?<what>a unix socket of packets holds one that a socket with a name has sent)/ },
  ],
  cause:
    'At the moment of the checkpoint there was {what}, which only its receiver can take. The program goes on.',
  remedies: [
    {
      what: 'Try again: mostly it has arrived a moment later',
      where: 'crac',
      command: 'crac checkpoint PID',
    },
    { what: 'Receive what was sent before the checkpoint, in beforeCheckpoint', where: 'program' },
  ],
  samples: [
    "crac: a connection to the program's own server has not been accepted yet: try again; it is at /run/app.sock",
    'crac: a descriptor that was passed over a unix socket has not been received yet: receive it before the checkpoint',
  ],
});
