import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_NO_SYSCALL',
  phase: 'both',
  title: 'A system call that the engine needs is not there',
  signatures: [{ text: /^(?<what>.+): Function not implemented$/, levels: ['error'], confidence: 'likely' }],
  explains: [/when initializing kerndat/],
  cause:
    'The kernel does not have what the engine asked for ({what}): it is too old or was built without it, an emulator (qemu-user, Rosetta) or gVisor stands in its place, or a seccomp profile answers so.',
  remedies: [
    {
      what: "Use a kernel of a distribution, not older than the engine; under an emulator the image of the machine's own architecture",
      where: 'machine',
      command: 'uname -rm; criu check --all',
    },
    {
      what: 'Checkpoint under a runtime of the usual kind, without a profile',
      where: 'container',
      command: 'docker run --runtime runc --security-opt seccomp=unconfined …',
      cost: 'the container may make any system call',
    },
    { what: 'See what the machine lacks', where: 'crac', command: 'crac doctor' },
  ],
  tells: [
    { what: 'An emulator: the two differ', command: 'uname -m; file -L "$(command -v criu)"' },
    { what: 'A seccomp profile: 2 means that there is one', command: 'grep Seccomp: /proc/self/status' },
  ],
  samples: ['(00.001510) Error (criu/kerndat.c:610): ptrace(PTRACE_TRACEME): Function not implemented'],
});
