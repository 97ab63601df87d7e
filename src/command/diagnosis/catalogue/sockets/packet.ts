import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PACKET_SOCKET',
  phase: 'both',
  title: 'A packet socket cannot be saved or restored',
  signatures: [
    {
      file: 'sk-packet.c',
      text: /^(?:packet: )?(?<what>.+?)(?:: (?<why>[A-Z][\w ]+))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  cause:
    'The program reads raw packets of a device (tcpdump, a DHCP client, monitoring), and that socket cannot be saved or made again: {what}[[: {why}]].',
  remedies: [
    { what: 'End the capture before the checkpoint', where: 'program' },
    {
      what: 'For a restore, the device must be there under its name, and the right to read packets',
      where: 'container',
      command: 'docker run --cap-add NET_RAW --cap-add NET_ADMIN …',
      cost: 'the container can read and forge packets of its network',
    },
  ],
  tells: [{ what: 'Who has such sockets', command: 'sudo ss -0p' }],
  samples: [
    '(00.013102) Error (criu/sk-packet.c:160): packet: Multiple MC membership not supported (but can be)',
  ],
});
