import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SECCOMP_SUSPEND',
  phase: 'checkpoint',
  title: 'A seccomp filter may not be suspended',
  signatures: [{ file: 'ptrace.c', text: /suspending seccomp failed: Operation not permitted/ }],
  cause:
    'The engine may not suspend a seccomp filter: that needs CAP_SYS_ADMIN in the first user namespace, and the engine itself must not stand under a filter (the default profile of Docker is one).',
  remedies: [
    {
      what: 'Checkpoint in a container without the default profile; a restore can keep it',
      where: 'container',
      command: 'docker run --security-opt seccomp=unconfined --cap-add SYS_ADMIN --cap-add SYS_PTRACE …',
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
    {
      what: 'Or give the container everything',
      where: 'container',
      command: 'docker run --privileged …',
      cost: 'the container is then as good as root on the host',
    },
  ],
  samples: [
    '(00.003021) Error (compel/src/lib/ptrace.c:27): suspending seccomp failed: Operation not permitted\n(00.003066) Error (criu/cr-dump.c:2111): Dumping FAILED.',
  ],
});
