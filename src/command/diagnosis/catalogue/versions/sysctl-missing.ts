import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SYSCTL_MISSING',
  phase: 'restore',
  title: 'A setting of the kernel does not exist here',
  signatures: [{ file: 'sysctl.c', text: /Can't open sysctl (?<path>\S+): No such file or directory/ }],
  cause:
    'The setting {path} was saved at the checkpoint, and this kernel does not have it: it is another version, or a module (IPv6, nf_conntrack) is not loaded.',
  remedies: [
    {
      what: 'Load what brings it, or restore on the same kernel',
      where: 'machine',
      command: 'sudo modprobe -a ipv6 nf_conntrack; ls "/proc/sys/{path}"',
    },
    {
      what: 'Or leave the network out at the checkpoint',
      where: 'criu',
      command: 'criu dump --empty-ns net …',
      cost: 'addresses and settings of the network are not saved',
    },
  ],
  samples: [
    "(00.012001) Error (criu/sysctl.c:310): Can't open sysctl net/ipv6/conf/eth0/disable_ipv6: No such file or directory",
  ],
});
