import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_LOOPBACK_DOWN',
  phase: 'start',
  title: 'The loopback device is down where the engine runs',
  signatures: [
    {
      file: 'kerndat.c',
      text: /Unable to (?:bind|connect) a socket: (?<why>Cannot assign requested address|Network is unreachable)/,
    },
  ],
  explains: [/when initializing kerndat/],
  cause:
    'The engine probes TCP on 127.0.0.1 or ::1, and the network namespace that it runs in has no such address ({why}): its device lo is down, or IPv6 is the only family and is off.',
  remedies: [
    { what: 'Bring it up', where: 'machine', command: 'sudo ip link set lo up' },
    {
      what: 'In a network namespace of its own, bring it up first',
      where: 'criu',
      command: "unshare --net sh -c 'ip link set lo up; criu restore …'",
    },
  ],
  samples: [
    '(00.001510) Error (criu/kerndat.c:710): Unable to bind a socket: Cannot assign requested address',
  ],
});
