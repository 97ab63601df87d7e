import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FIREWALL_GONE',
  phase: 'restore',
  title: 'The firewall rules of the checkpoint are gone',
  signatures: [
    {
      file: 'netfilter.c',
      text: /Iptables configuration failed/,
      with: /Running iptables \[.* -D (?:INPUT|OUTPUT)|Bad rule \(does a matching rule|Failed to unlock TCP connection/,
    },
    {
      file: ['sk-tcp.c', 'netfilter.c'],
      text: /Failed to unlock TCP connection(?: (?<inode>[0-9a-f]+))?/,
      confidence: 'likely',
    },
  ],
  explains: [/Iptables configuration failed/, /Failed to unlock TCP/, /exited, status=/],
  cause:
    'At the checkpoint the engine put a firewall rule before each TCP connection, and the restore takes it away; it is not there any more: the image was restored before, the machine or its firewall was started anew, or it is another machine or network namespace.',
  remedies: [
    {
      what: 'Let connections be closed: then there are no rules, and an image can be restored again and again',
      where: 'criu',
      command: 'criu dump --tcp-close …\ncriu restore --tcp-close …',
      cost: 'the program sees its connections end',
    },
    byConf('Let connections be closed', 'tcp-close', 'programs see their connections end'),
    {
      what: 'Or restore without touching the firewall',
      where: 'criu',
      command: 'criu restore --tcp-established --network-lock skip …',
      cost: 'a packet that arrives meanwhile can reset the connection',
    },
    byConf(
      'Or do not touch the firewall',
      'network-lock skip',
      'a packet that arrives meanwhile can reset the connection',
    ),
    {
      what: 'crac closes connections and needs no firewall',
      where: 'crac',
      command: 'crac checkpoint TARGET',
    },
  ],
  tells: [
    {
      what: 'Which rules are there',
      command: 'sudo iptables-save | grep -iE "criu|DROP"; sudo nft list ruleset | grep -i criu',
    },
  ],
  samples: [
    '(00.113100) \tRunning iptables [iptables -w -t filter -D INPUT --protocol tcp ]\niptables: Bad rule (does a matching rule exist in that chain?).\n(00.113102) Error (criu/netfilter.c:105): Iptables configuration failed\n(00.113110) Error (criu/sk-tcp.c:90): tcp: Failed to unlock TCP connection 1682c',
    '(00.113110) Error (criu/sk-tcp.c:96): tcp: Failed to unlock TCP connection',
  ],
});
