import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PIDFD_STORE',
  phase: 'checkpoint',
  title: 'The socket that keeps processes apart between two dumps does not serve',
  signatures: [
    {
      file: 'pidfd-store.c',
      text: /(?<what>pidfd_(?:open|getfd) syscall is not supported|Pidfd store socket must be .+|The same socket from the previous iteration should be passed|No pidfds found in pidfd store)/,
    },
    {
      file: 'pidfd-store.c',
      text: /(?<what>(?:Can't (?:get (?:pidfd|socket|state)|read pidfd|send pidfd|steal fd)|Failed to get pidfd|Unable to connect)[^:]*(?:: \d+\))?)(?:: (?<why>[A-Z].+))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  cause:
    'A program that dumps in several steps gives the engine a socket (pidfd_store_sk of its RPC), in which handles of processes lie from one step to the next, so that a PID that was given out anew is noticed; that did not work: {what}[[: {why}]].',
  remedies: [
    {
      what: 'Give each step the same socket: AF_UNIX, SOCK_DGRAM, not bound, open until the last step; or none',
      where: 'criu',
      command: 'criu dump -t PID -D DIR …   # in one step, without the socket',
    },
    {
      what: 'It needs pidfd_open (Linux 5.3) and pidfd_getfd (5.6), which a filter of the container must allow, too',
      where: 'machine',
      command: 'uname -r; grep Seccomp /proc/self/status',
    },
  ],
  samples: [
    '(00.000402) Error (criu/pidfd-store.c:60): pidfd_getfd syscall is not supported',
    '(00.000402) Error (criu/pidfd-store.c:80): Pidfd store socket must be AF_UNIX',
  ],
});
