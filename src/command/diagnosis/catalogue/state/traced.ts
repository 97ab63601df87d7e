import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TRACED',
  phase: 'checkpoint',
  title: 'Another program traces the process',
  signatures: [
    // The warning alone is printed for each zombie, too; the root of the tree is not given up for nothing.
    {
      file: ['infect.c', 'ptrace.c', 'seize.c'],
      text: /Unable to interrupt task: (?<pid>\d+) \(Operation not permitted\)/,
      levels: ['warn', 'error'],
      with: /Unable to interrupt task: (\d+) \(Operation not permitted\)[\s\S]{0,20000}?Unable to detach from \1: No such process/,
      confidence: 'likely',
    },
    {
      file: ['infect.c', 'ptrace.c', 'seize.c', 'cr-dump.c'],
      text: /Unseizable non-zombie (?<pid>\d+) found, state (?<state>\w)/,
    },
  ],
  explains: [/Unseizable/, /Timeout reached/, /Unable to interrupt task/, /Unable to detach/],
  cause:
    'Process {pid} is traced already (strace, gdb, rr, perf trace), or the engine may not trace it (CAP_SYS_PTRACE, kernel.yama.ptrace_scope).',
  remedies: [
    {
      what: 'Detach the tracer; this names it (0 means none)',
      where: 'machine',
      command: 'grep TracerPid /proc/{pid}/status',
    },
    {
      what: 'If there is none, add the capability',
      where: 'container',
      command: 'docker run --cap-add SYS_PTRACE …',
    },
    {
      what: 'Or, for an ordinary user, let Yama allow it',
      where: 'machine',
      command: 'sudo sysctl kernel.yama.ptrace_scope=0',
      cost: 'any program of a user may then trace any other of the same user',
    },
  ],
  samples: [
    '(00.590140) Warn  (compel/src/lib/infect.c:132): Unable to interrupt task: 1373 (Operation not permitted)\n(00.590167) Error (compel/src/lib/infect.c:417): Unable to detach from 1373: No such process\n(00.590177) Error (criu/cr-dump.c:1975): Dumping FAILED.',
    '(00.002110) Warn  (compel/src/lib/infect.c:131): Unable to interrupt task: 20811 (Operation not permitted)\n(00.002120) Error (compel/src/lib/infect.c:261): Unseizable non-zombie 20811 found, state S, err -1/10\n(00.002200) Error (criu/cr-dump.c:2111): Dumping FAILED.',
  ],
});
