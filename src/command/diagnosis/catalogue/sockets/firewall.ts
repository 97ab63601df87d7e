import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FIREWALL',
  phase: 'both',
  title: 'TCP connections cannot be locked by the firewall',
  signatures: [
    { file: 'netfilter.c', text: /Iptables configuration failed/ },
    { file: 'sk-tcp.c', text: /Failed to lock TCP connection(?: (?<inode>[0-9a-f]+))?/ },
    { file: 'net.c', text: /CRIU was built without libnftables support/ },
  ],
  explains: [/Failed to lock TCP/, /exited, status=/],
  cause:
    'While open TCP connections are saved or restored their packets must be held back by firewall rules, and the tool for that (iptables or nft) is missing, failed, or has left rules of an earlier attempt.',
  remedies: [
    {
      what: 'crac needs no firewall: it closes connections (--tcp-close, --network-lock skip)',
      where: 'crac',
      command: 'crac checkpoint TARGET',
      cost: 'peers must connect anew',
    },
    {
      what: 'Use the other tool, or none',
      where: 'criu',
      command: 'criu dump --network-lock nftables …\ncriu dump --network-lock skip …',
      cost: 'skip: packets that arrive meanwhile can reset the connection',
    },
    byConf(
      'Use the other tool, or none',
      'network-lock nftables',
      'skip instead of nftables: packets that arrive meanwhile can reset a connection',
    ),
    {
      what: 'Install the tool; look for rules left behind',
      where: 'machine',
      command: 'sudo apt-get install iptables\nsudo iptables -S | grep -i criu',
    },
  ],
  samples: [
    '(00.013102) Error (criu/netfilter.c:105): Iptables configuration failed\n(00.013110) Error (criu/sk-tcp.c:81): tcp: Failed to lock TCP connection 1682c\n(00.013130) Error (criu/cr-dump.c:1665): Dump files (pid: 20811) failed with -1',
  ],
});
