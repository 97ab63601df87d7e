import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TCP_REPAIR_DENIED',
  phase: 'both',
  title: 'TCP connections may not be saved',
  signatures: [
    { file: ['soccr.c', 'cr-check.c'], text: /Can't turn TCP repair mode ON: Operation not permitted/ },
  ],
  cause: 'Saving or restoring a TCP connection needs CAP_NET_ADMIN, which the engine does not have.',
  remedies: [
    {
      what: 'Let crac checkpoint the program: it closes connections (--tcp-close), which needs no capability',
      where: 'crac',
      command: 'crac checkpoint TARGET',
      cost: 'peers see the connection end and must connect anew',
    },
    { what: 'Close them instead of keeping them', where: 'criu', command: 'criu dump --tcp-close …' },
    { what: 'Or add the capability', where: 'container', command: 'docker run --cap-add NET_ADMIN …' },
  ],
  samples: [
    "(00.013441) Error (soccr/soccr.c:94): Can't turn TCP repair mode ON: Operation not permitted\n(00.013502) Error (criu/cr-dump.c:1665): Dump files (pid: 3181) failed with -1",
  ],
});
