import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TCP_EXISTS',
  phase: 'restore',
  title: 'This very TCP connection exists already',
  signatures: [
    {
      file: ['soccr.c', 'sk-inet.c', 'sk-tcp.c'],
      text: /Can't connect inet socket back: (?<why>Cannot assign requested address)/,
      confidence: 'likely',
    },
  ],
  explains: [/Unable to open fd=/],
  cause:
    'A TCP connection with the same two addresses and ports is there already: the program that was dumped still runs (--leave-running), the image is restored a second time, or the other end was restored here as well.',
  remedies: [
    { what: 'End the other one first; this names it', where: 'machine', command: 'ss -tanp' },
    {
      what: 'Or let connections be closed at the restore',
      where: 'criu',
      command: 'criu restore --tcp-close …',
      cost: 'the program sees its connections end',
    },
    byConf('Or let connections be closed', 'tcp-close', 'programs see their connections end'),
    {
      what: 'Or let them be closed (podman 5.7 and later)',
      where: 'podman',
      command: 'podman container restore --tcp-close NAME',
      cost: 'the program sees its connections end',
    },
    {
      what: 'Or restore in a network namespace of its own',
      where: 'criu',
      command: "unshare --net sh -c 'ip link set lo up; criu restore …'",
      cost: 'peers cannot be reached',
    },
    { what: 'crac closes connections at the checkpoint', where: 'crac', command: 'crac checkpoint TARGET' },
  ],
  tells: [
    {
      what: "Where the connection's own address is not on this machine, that is the cause instead",
      command: 'ip -brief address',
    },
  ],
  samples: [
    "(00.017007)  20811: Error (soccr/soccr.c:529): Can't connect inet socket back: Cannot assign requested address",
  ],
});
