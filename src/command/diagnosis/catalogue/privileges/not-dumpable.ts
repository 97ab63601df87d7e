import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NOT_DUMPABLE',
  phase: 'checkpoint',
  title: 'The program is not dumpable',
  signatures: [
    { file: 'parasite.c', text: /can't dump unpriv(?:ile|ili)ged task whose \/proc doesn't belong to it/ },
  ],
  explains: [/can't get \/proc fd/, /Parasite failed to dump/],
  cause:
    '[[Process {pid}: ]]its /proc does not belong to it: the program runs as another user than it was started as, has a SUID or capability-carrying binary, or called prctl(PR_SET_DUMPABLE, 0).',
  remedies: [
    {
      what: 'Start it as the user it shall run as, from a binary without SUID bit and file capabilities',
      where: 'program',
      command: 'getcap "$(command -v node)"\nsudo setcap -r "$(command -v node)"',
      cost: 'a Node that listens below port 1024 by file capability needs another way (net.ipv4.ip_unprivileged_port_start)',
    },
    { what: 'Run the engine as root with CAP_SYS_ADMIN', where: 'criu' },
  ],
  samples: [
    "(00.010012) pie: 91: Error (criu/pie/parasite.c:641): can't dump unprivileged task whose /proc doesn't belong to it\n(00.010043) pie: 91: Error (criu/pie/parasite.c:664): can't get /proc fd\n(00.010101) Error (criu/parasite-syscall.c:419): Parasite failed to dump /proc/self/cgroup",
  ],
});
