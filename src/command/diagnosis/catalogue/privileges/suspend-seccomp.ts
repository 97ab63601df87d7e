import { setting } from '../../../doctor/settings.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SECCOMP_SUSPEND',
  phase: 'checkpoint',
  title: 'A seccomp filter may not be suspended',
  signatures: [
    { file: 'ptrace.c', text: /suspending seccomp failed: Operation not permitted/ },
    { file: 'cr-check.c', text: /couldn't suspend seccomp: Operation not permitted/, confidence: 'likely' },
  ],
  explains: [/Dumping seccomp filters not supported/],
  cause:
    'The program stands under a seccomp filter, and the engine may not suspend it: the kernel allows that only to one who is under no filter himself and has CAP_SYS_ADMIN in the first user namespace (in a container both stand under its profile, for instance the default one of Docker).',
  remedies: [
    {
      what: 'Checkpoint in a container without a profile; no capability is needed for it, and a restore works under one (crac doctor --for docker)',
      where: 'container',
      command: setting('docker', 'seccomp-off').join('\n'),
      cost: 'the container may make any system call while it is prepared',
    },
    {
      what: 'Or let the container runtime dump from outside',
      where: 'container',
      command: 'podman container checkpoint NAME',
    },
    {
      what: 'Start the program through crac run: it switches io_uring off by a preloaded library and sets no filter',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
  ],
  samples: [
    '(00.003021) Error (compel/src/lib/ptrace.c:27): suspending seccomp failed: Operation not permitted\n(00.003066) Error (criu/cr-dump.c:2111): Dumping FAILED.',
  ],
});
