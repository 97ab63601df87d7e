import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PIDFD_OUTSIDE',
  phase: 'checkpoint',
  title: 'A handle of a process outside',
  signatures: [{ file: 'pidfd.c', text: /pidfd pid (?<pid>-?\d+) is not a part of process tree/ }],
  cause: 'The program has a handle (pidfd) of process {pid}, which is not one of its own and is not dumped.',
  remedies: [
    { what: 'Close the handle before the checkpoint', where: 'program' },
    { what: 'See which descriptor it is', where: 'machine', command: "grep -l '^Pid:' /proc/PID/fdinfo/*" },
  ],
  samples: ['(00.013102) Error (criu/pidfd.c:97): pidfd: pidfd pid 1 is not a part of process tree..'],
});
