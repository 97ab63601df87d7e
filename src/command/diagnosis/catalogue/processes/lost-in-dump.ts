import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PROCESS_LOST',
  phase: 'checkpoint',
  rank: 'symptom', // a failure of the engine's own leaves such lines too
  title: 'A process ended or was taken away while the engine worked in it',
  signatures: [
    {
      file: 'infect.c',
      text: /(?<what>Task exited with \d+|Task signaled with \d+.*|Task stopped with \d+.*|Task continued|Task is still running.*|Task pid reused while suspending.*|Task \d+ is in unexpected state .*|Unexpected \d+ task interruption, aborting|Waited pid mismatch.*|Unknown final state .*|The task is not in parasite code)/,
      confidence: 'likely',
    },
    {
      file: ['infect.c', 'ptrace.c', 'parasite-syscall.c', 'seize.c', 'cr-dump.c'],
      text: /(?<what>(?:Can't (?:obtain|get|set|restore) (?:regs|registers|siginfo|sigmask|CS register)|Unable to (?:get registers|detach from|restart the|interrupt the process|wait processes)|Failed to (?:obtain|set) (?:CPU|FPU) registers|(?:PEEK|POKE)DATA failed|Unexpected (?:exit code|child) \d+|wait4 failed|A root task is dead).*)/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      file: ['infect-rpc.c', 'infect.c'],
      text: /(?<what>(?:Failed to (?:read ack|send command)|Message (?:reply from|to) daemon is trimmed|Communication error, this is not the ack|Can't accept connection to the transport socket).*)/,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  cause:
    'The engine had stopped the process and put its code into it, and then lost it ({what}): it was killed from outside (a supervisor, a health check, the memory limit), or another tracer or a security agent took it.',
  remedies: [
    {
      what: 'Look who killed it, and raise the limit or the time where it was memory or a deadline',
      where: 'machine',
      command: 'sudo journalctl -k --since -10min | grep -iE "oom|killed process|segfault"',
    },
    {
      what: 'Keep supervisors, health checks and tracers (strace, gdb, profilers, security agents) away while it is checkpointed, and try again',
      where: 'program',
    },
    {
      what: 'Try again: what failed by chance works the second time',
      where: 'container',
      command: 'podman container checkpoint NAME\ndocker checkpoint create NAME POINT',
    },
  ],
  tells: [
    {
      what: 'Whether a tracer holds it',
      command: 'grep -H TracerPid /proc/[0-9]*/status | grep -v ":\\s*0$"',
    },
  ],
  samples: [
    '(00.010003) Error (compel/src/lib/infect.c:310): Task exited with 137',
    "(00.010003) Error (compel/src/lib/infect.c:420): Can't obtain regs for thread 4711",
    '(00.010003) Error (compel/src/lib/infect-rpc.c:40): Message reply from daemon is trimmed (4/12)',
  ],
});
