import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_UDP_CORKED',
  phase: 'checkpoint',
  title: 'A UDP socket holds a datagram that is not sent yet',
  signatures: [{ file: 'sk-inet.c', text: /Can't dump corked dgram socket (?<inode>[0-9a-f]+)/ }],
  cause:
    'The program holds a datagram back on the UDP socket {inode} (UDP_CORK, MSG_MORE; QUIC and media libraries do), and that part cannot be saved.',
  remedies: [
    {
      what: 'Try again in a moment: it is held back only for a short time, unless the program sets UDP_CORK for good',
      where: 'program',
    },
    { what: 'Close the socket before the checkpoint and open it after the restore', where: 'program' },
  ],
  tells: [
    {
      what: 'Which socket it is (the number is hexadecimal)',
      command: 'ss -uanpe | grep "ino:$((0x{inode}))"',
    },
  ],
  samples: ["(00.013102) Error (criu/sk-inet.c:153): inet: Can't dump corked dgram socket 1682c"],
});
