import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TUN',
  phase: 'both',
  title: 'A tun or tap device of the program cannot be saved or restored',
  signatures: [
    {
      file: 'tun.c',
      text: /^tun: (?<what>(?:Can't|Error|Corrupted|Net namespace|No (?:fd info|info|net_ns|proper|tun device)).+?)(?:: (?<why>[A-Z][\w ,/]+))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  cause:
    'The program has a network device of its own (a VPN, a virtual machine), and it cannot be saved or made again: {what}[[: {why}]].',
  remedies: [
    {
      what: 'Close the VPN or the virtual machine before the checkpoint, start it after the restore',
      where: 'program',
    },
    {
      what: 'Give the restore the device and the right to make it',
      where: 'container',
      command: 'docker run --device /dev/net/tun --cap-add NET_ADMIN …',
      cost: 'the container may change its network',
    },
    {
      what: 'Or dump it together with its network namespace',
      where: 'criu',
      command: 'sudo unshare --net ./program',
    },
  ],
  tells: [
    { what: 'Which devices there are, and who has them', command: 'ip tuntap; sudo fuser -v /dev/net/tun' },
  ],
  samples: [
    "(00.013102) Error (criu/tun.c:300): tun: Can't dump tun0 with filter on-board",
    "(00.013102) Error (criu/tun.c:420): tun: Can't create tun device: Device or resource busy",
  ],
});
