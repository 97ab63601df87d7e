import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FIREWALL_TOOL',
  phase: 'both',
  title: 'The firewall tool here is another than the engine expects',
  signatures: [
    { file: 'net.c', text: /Can't restore (?<what>ip6?tables) dump - no legacy version present/ },
    { file: 'net.c', text: /Locking network failed: (?<what>iptables-restore) returned (?<code>-?\d+)/ },
    { file: ['net.c', 'netfilter.c'], text: /Locking (?:network|connection) failed using (?<what>nftables)/ },
    { file: 'net.c', text: /(?<what>nft) command error:(?<why>.*)/, confidence: 'likely' },
    { file: 'util.c', text: /(?<!\S)(?<what>\S*tables\S*) -V failed/ },
  ],
  explains: [/Locking network/, /exited, status=/],
  cause:
    'The engine locks the network with {what}, and that failed[[ ({why})]]: on this machine iptables stands for nft (or for the legacy tables), the kernel lacks the module xt_mark, or the tool may not be used in this namespace.',
  remedies: [
    {
      what: 'Lock with the other tool, or not at all, at both ends',
      where: 'criu',
      command: 'criu dump --network-lock nftables …\ncriu dump --network-lock skip …',
      cost: 'skip: packets that arrive meanwhile can reset a connection',
    },
    byConf(
      'Lock with the other tool (iptables, nftables, or skip: not at all)',
      'network-lock nftables',
      'nft must be installed',
    ),
    {
      what: 'Or install both kinds and load the module',
      where: 'machine',
      command: 'sudo apt-get install iptables nftables\nsudo modprobe -a xt_mark nf_tables',
    },
    { what: 'crac locks no network', where: 'crac', command: 'crac checkpoint TARGET' },
  ],
  tells: [
    {
      what: 'Which of the two kinds iptables is here',
      command: 'iptables -V; ls -l /etc/alternatives/iptables',
    },
  ],
  samples: [
    "(00.041003)      1: Error (criu/net.c:2540): net: Can't restore iptables dump - no legacy version present",
    '(00.013102) Error (criu/net.c:3332): net: Locking network failed: iptables-restore returned -1. This may be connected to disabled CONFIG_NETFILTER_XT_MARK kernel build config option.',
    '(00.013102) Error (criu/net.c:3280): net: Locking network failed using nftables',
  ],
});
