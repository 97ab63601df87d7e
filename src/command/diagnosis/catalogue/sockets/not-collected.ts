import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SOCKETS_NOT_LISTED',
  phase: 'checkpoint',
  title: 'The kernel does not list sockets of this kind',
  signatures: [
    { file: 'sockets.c', text: /Sockets \(family (?<family>\d+),? proto (?<proto>\d+)\) are not collected/ },
    { file: 'sockets.c', text: /Unknown pair family (?<family>\d+) proto (?<proto>\d+)/ },
  ],
  cause:
    'The program has a socket of family {family}, protocol {proto}, which the engine could not list beforehand: the kernel module for it is not loaded, or this kernel has dropped the protocol (DCCP in 6.16, UDP-Lite later).',
  remedies: [
    {
      what: 'Load the modules that list sockets',
      where: 'machine',
      command: 'sudo modprobe -a inet_diag tcp_diag udp_diag raw_diag unix_diag packet_diag netlink_diag',
      cost: 'lost at the next boot unless listed in /etc/modules-load.d/criu.conf',
    },
    { what: 'Or close the socket before the checkpoint', where: 'program' },
    {
      what: 'Or take a newer engine, which knows what this kernel dropped',
      where: 'crac',
      command: 'crac engine install',
    },
  ],
  tells: [
    {
      what: 'Which the engine could not list',
      command: "grep -E 'Diag|sockets:' dump.log; uname -r; criu --version",
    },
  ],
  samples: [
    '(00.013102) Error (criu/sockets.c:700): sockets: Sockets (family 2 proto 136) are not collected',
  ],
});
