import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FORK_DENIED',
  phase: 'restore',
  title: 'A process with a chosen PID may not be made',
  signatures: [{ file: 'cr-restore.c', text: /Can't fork for (?<pid>\d+): Operation not permitted/ }],
  cause:
    'Making process {pid|N} with its old PID was refused: the restore lacks CAP_CHECKPOINT_RESTORE (or CAP_SYS_ADMIN) in the PID namespace it restores into, or a seccomp profile refuses clone3.',
  remedies: [
    {
      what: 'Restore with crac: it makes a PID namespace of its own, in which it has the right',
      where: 'crac',
      command: 'crac restore IMAGE',
    },
    {
      what: 'Add the capability for the restore',
      where: 'container',
      command: 'docker run --cap-add CHECKPOINT_RESTORE --cap-add SETPCAP …',
    },
    {
      what: 'Give it to the binary',
      where: 'criu',
      command: 'sudo setcap cap_checkpoint_restore,cap_setpcap+eip "$(command -v criu)"',
      cost: 'everybody who may run it can then restore',
    },
    {
      what: 'Allow clone3 in the seccomp profile',
      where: 'container',
      command: 'docker run --security-opt seccomp=unconfined …',
      cost: 'the container may make any system call',
    },
  ],
  samples: [
    "(00.021115) Error (criu/cr-restore.c:1230): Can't fork for 8: Operation not permitted\n(00.021164) Error (criu/cr-restore.c:2397): Restoring FAILED.",
  ],
});
