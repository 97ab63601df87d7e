import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NETLINK',
  phase: 'both',
  title: 'A netlink socket cannot be saved or restored',
  signatures: [
    {
      file: 'sk-netlink.c',
      text: /(?<what>Groups above 32 are not supported yet|The netlink socket \S+ (?:has more than 32 groups|is bound to groups but not to portid))/,
    },
    {
      file: 'sk-netlink.c',
      text: /(?<what>Can't (?:bind|connect|create) netlink sock(?:et)?|Unable to get protocol for netlink socket)(?:: (?<why>.+))?/,
      confidence: 'likely',
    },
  ],
  cause:
    'The program listens to the kernel over a netlink socket (changes of network or devices), which cannot be saved or made again ({what}[[: {why}]]).',
  remedies: [
    {
      what: 'Close it before the checkpoint and open it after the restore: watchers of the network or of devices',
      where: 'program',
    },
    { what: 'See who opened it', where: 'crac', command: 'crac trace app.js' },
    { what: 'For a restore that may not', where: 'container', command: 'docker run --cap-add NET_ADMIN …' },
  ],
  samples: [
    '(00.013102) Error (criu/sk-netlink.c:60): netlink: The netlink socket 0x1682c has more than 32 groups',
  ],
});
