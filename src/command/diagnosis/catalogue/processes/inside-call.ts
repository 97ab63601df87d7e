import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_INSIDE_CALL',
  phase: 'checkpoint',
  title: "A system call was refused to the engine's code inside the program",
  rank: 'symptom',
  signatures: [
    {
      file: 'parasite.c',
      text: /^(?<what>(?!can't get \/proc fd)(?:[Cc]an't|Unable to|Error calling|unexpected failure of|failed to unregister|fcntl|membarrier|mount|mmap|send_fds|getitimer|sys_\w+|PR_\w+|tty: Can't fetch)[^:=]{0,80}?)[^-\d]{0,40}(?<error>-\d+)\)?$/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      file: 'parasite.c',
      text: /^(?<what>(?!can't get \/proc fd)(?:[Cc]an't|Unable to|Error calling|Groups changed on the fly|Too many groups|Not valid ring|fcntl|membarrier|mount|mmap|send_fds|getitimer|sys_\w+|PR_\w+)\b[^:]*)/,
      levels: ['error'],
      confidence: 'possible',
    },
  ],
  cause:
    'For a checkpoint the engine runs a little code inside the process, which asks the kernel about it with its rights and behind its filters; one of these calls failed ({what}[[ {error}]][[: {errnoText}]]): EPERM, EACCES or ENOSYS mostly tell of a seccomp filter of the program or the container, EBADF and ESRCH of something that changed meanwhile, EMFILE, ENOMEM and EAGAIN of limits.',
  remedies: [
    {
      what: 'See whether a filter holds for the process (Seccomp: 2), and what its limits are',
      where: 'machine',
      command: "grep -E 'Seccomp|NoNewPrivs|Cap(Eff|Bnd)' /proc/PID/status; cat /proc/PID/limits",
    },
    {
      what: 'Try it without the filter, to know: the container started so tells whether it is that',
      where: 'container',
      command: 'docker run --security-opt seccomp=unconfined …',
      cost: 'the container may do more than before',
    },
    {
      what: 'Let the engine switch the filters off while it works: it needs CAP_SYS_ADMIN of the host for that',
      where: 'criu',
      command: 'sudo criu dump -t PID -D DIR -v4 …',
    },
  ],
  samples: [
    '(00.040003) pie: 9: Error (criu/pie/parasite.c:330): Unable to get the parent death signal: -1',
    '(00.040003) pie: 9: Error (criu/pie/parasite.c:450): PR_GET_CHILD_SUBREAPER failed (-38)',
  ],
});
