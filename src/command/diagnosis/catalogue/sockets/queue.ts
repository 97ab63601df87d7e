import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SOCKET_QUEUE',
  phase: 'checkpoint',
  title: 'Unread messages of a socket cannot be saved',
  signatures: [
    {
      file: 'sk-queue.c',
      text: /(?<what>Control messages in queue), not supported|(?<what2>More than 1 SCM) is not possible|(?<what3>Unexpected 2nd SCM_RIGHTS) from the kernel|(?<what4>Unsupported scm \d+) in image/,
    },
    { file: 'sk-netlink.c', text: /The (?<what>socket has data to read)/ },
  ],
  cause:
    'Messages wait to be read in a socket of the program, of a kind that the engine cannot save ({what}): descriptors or credentials sent along, or messages of the kernel (netlink).',
  remedies: [
    { what: 'Try again when the program has read them; one that is blocked never does', where: 'program' },
    { what: 'Close such sockets before the checkpoint', where: 'program' },
  ],
  tells: [{ what: 'Which sockets have unread messages (Recv-Q)', command: "ss -axp | awk '$3 > 0'" }],
  samples: [
    '(00.013102) Error (criu/sk-queue.c:130): skqueue: Control messages in queue, not supported',
    '(00.013102) Error (criu/sk-netlink.c:110): netlink: The socket has data to read',
  ],
});
