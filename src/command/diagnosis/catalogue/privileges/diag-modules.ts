import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_DIAG_MODULE',
  phase: 'start',
  title: 'The kernel cannot list sockets',
  rank: 'hint',
  signatures: [{ file: 'sockets.c', text: /Diag module missing \((?<error>-?\d+)\)/, confidence: 'likely' }],
  cause:
    'The engine could not ask the kernel for its sockets (error {error}): the modules unix_diag, tcp_diag, udp_diag, inet_diag, packet_diag or netlink_diag are not loaded and cannot be loaded from here (-2: the kernel does not have them, or was built without CONFIG_UNIX_DIAG, CONFIG_INET_DIAG and their like), or SELinux refuses netlink (-13, -1).',
  remedies: [
    {
      what: 'Load them on the host',
      where: 'machine',
      command: 'sudo modprobe -a inet_diag tcp_diag udp_diag unix_diag packet_diag netlink_diag',
      cost: 'lost at the next boot unless listed in /etc/modules-load.d/criu.conf',
    },
    {
      what: 'With SELinux, see what is refused and allow it, or start without labels',
      where: 'machine',
      command: 'sudo ausearch -m avc -ts recent\npodman run --security-opt label=disable …',
      cost: 'the container is no longer confined by SELinux',
    },
  ],
  samples: ['(00.002331) Error (criu/sockets.c:216): sockets: Diag module missing (-2)'],
});
