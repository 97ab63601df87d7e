import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_UPROBES',
  phase: 'checkpoint',
  title: 'A profiler has probes in the program',
  signatures: [{ file: 'proc_parse.c', text: /PID (?<pid>\d+) has uprobes vma/ }],
  cause: 'A profiler or security agent (eBPF uprobes) has put probes into process {pid}.',
  remedies: [
    { what: 'Stop it for the time of the checkpoint', where: 'machine', command: 'sudo bpftool perf show' },
    {
      what: 'Or allow it',
      where: 'crac',
      command: 'crac checkpoint TARGET --engine-option=--allow-uprobes',
      cost: 'the restore must be told too; probes are not restored',
    },
  ],
  samples: [
    '(00.006110) Error (criu/proc_parse.c:614): PID 20811 has uprobes vma. Consider using --allow-uprobes.',
  ],
});
