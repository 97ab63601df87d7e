import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PROC_FOREIGN',
  phase: 'start',
  title: 'The engine sees the /proc of another PID namespace',
  signatures: [
    {
      file: ['util.c', 'kerndat.c', 'pagemap-cache.c'],
      text: /Can't open (?:\/proc\/self\/fd|self|0\/pagemap on procfs): No such file or directory/,
    },
  ],
  explains: [/check_pagemap failed/, /Can't open (?:self|0\/pagemap)/],
  cause:
    'The /proc that is mounted where the engine runs belongs to a PID namespace in which the engine is not, so it does not even find itself there.',
  remedies: [
    {
      what: 'Let crac do it: its engine enters both namespaces of the program',
      where: 'crac',
      command: 'crac checkpoint TARGET',
    },
    {
      what: 'Enter the PID namespace together with the mounts; the program then has the number that it has inside',
      where: 'criu',
      command: 'nsenter -t PID -m -p criu dump -t PID_INSIDE …',
    },
    {
      what: 'For a restore mount the right /proc',
      where: 'criu',
      command: 'unshare --pid --fork --mount-proc criu restore …',
    },
  ],
  samples: [
    "(00.001465) Error (criu/util.c:544): Can't open /proc/self/fd: No such file or directory\n(00.002527) Error (criu/util.c:412): Can't open self: No such file or directory\n(00.002532) Error (criu/kerndat.c:76): Can't open 0/pagemap on procfs: No such file or directory\n(00.002541) Error (criu/kerndat.c:1962): check_pagemap failed when initializing kerndat.\n(00.002626) Error (criu/crtools.c:280): Could not initialize kernel features detection.",
  ],
});
