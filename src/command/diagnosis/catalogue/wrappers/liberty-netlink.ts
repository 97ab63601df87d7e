import { entry } from '../../entry.ts';

export default entry({
  code: 'LIBERTY_NETLINK_DENIED',
  phase: 'checkpoint',
  title: 'SELinux lets the container ask nothing of netlink',
  signatures: [{ text: /CWWKE0963E\b/, confidence: 'likely' }],
  explains: [/CWWKC0453E|Could not dump the JVM process|CWWKE0962E/],
  cause:
    "The engine asks the kernel about sockets by netlink, and the policy of SELinux for containers forbids it (its switch virt_sandbox_use_netlink is off; so on RHEL 9), or the kernel's modules for it (*_diag) are not loaded.",
  remedies: [
    {
      what: 'Allow it on the host that builds the image (and on the one that restores)',
      where: 'machine',
      command: 'sudo setsebool -P virt_sandbox_use_netlink 1',
    },
    {
      what: 'Or build without labels',
      where: 'liberty',
      command:
        'sudo podman build --security-opt label=disable --cap-add CHECKPOINT_RESTORE --cap-add SYS_PTRACE --cap-add SETPCAP --security-opt seccomp=unconfined -t app .',
      cost: 'while it is built, the container is not confined by SELinux',
    },
    {
      what: 'Load the modules on the host',
      where: 'machine',
      command: 'sudo modprobe -a inet_diag tcp_diag udp_diag unix_diag netlink_diag af_packet_diag',
    },
  ],
  tells: [{ what: 'What SELinux denies', command: 'sudo ausearch -m avc -ts recent | grep netlink' }],
  samples: [
    'CWWKE0963E: The server checkpoint request failed because netlink system calls were unsuccessful. If SELinux is enabled in enforcing mode, netlink system calls might be blocked by the SELinux "virt_sandbox_use_netlink" policy setting.',
  ],
});
