import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_HELPER_MISSING',
  phase: 'both',
  title: 'A program that the engine starts is missing',
  signatures: [
    {
      text: /exec(?:vp)?\(\\?"?(?<tool>(?!cuda-checkpoint)[\w./-]+)\\?"?, \.\.\.\) failed: No such file or directory/,
      levels: ['error', 'warn', 'plain', 'debug'],
    },
    { file: 'util.c', text: /Unable to read (?<tool>\S+) -V output/, confidence: 'likely' },
    {
      text: /^(?:sh|bash)(?:: (?:line )?\d+)?: (?<tool>ip|tar|nft|iptables-(?:restore|save)|iptables): (?:command )?not found/,
    },
  ],
  explains: [
    /exited, status=/,
    /execvp\("ip6?tables/,
    /IP tool failed/,
    /Can't (?:dump|restore) tmpfs/,
    /Locking network/,
    /Iptables configuration/,
    /Failed to lock TCP connection/,
  ],
  cause:
    'The engine starts {tool} (ip for network devices, iptables or nft for locking connections, tar for tmpfs), and it is not in the PATH of the process that started the engine.',
  remedies: [
    {
      what: 'Install it',
      where: 'machine',
      command:
        'sudo apt-get install iproute2 iptables nftables tar\nsudo dnf install iproute iptables-nft nftables tar\nsudo apk add iproute2 iptables nftables tar',
    },
    {
      what: 'Or let a daemon find it: its PATH must have /usr/sbin and /sbin',
      where: 'machine',
      command: 'systemctl show -p Environment docker containerd crio',
    },
    byConf(
      'Where only connections are to be locked, do without',
      'network-lock skip',
      'a packet that arrives meanwhile can reset a connection',
    ),
    {
      what: 'Where only connections are to be locked, do without',
      where: 'criu',
      command: 'criu dump --network-lock skip …',
      cost: 'a packet that arrives meanwhile can reset the connection',
    },
  ],
  tells: [{ what: 'Where it is', command: 'command -v {tool} || ls -l /sbin/{tool} /usr/sbin/{tool}' }],
  samples: [
    'Error (criu/util.c:642): execvp("iptables-restore", ...) failed: No such file or directory\n(00.013102) Error (criu/util.c:627): exited, status=1\n(00.013102) Error (criu/net.c:3332): net: Locking network failed: iptables-restore returned -1. This may be connected to disabled CONFIG_NETFILTER_XT_MARK kernel build config option.',
    '(00.013102) Error (criu/util.c:570): exec(ip, ...) failed: No such file or directory',
  ],
});
