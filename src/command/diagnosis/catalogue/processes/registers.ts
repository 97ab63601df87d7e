import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_REGISTERS',
  phase: 'both',
  title: 'Registers of a process cannot be read or set',
  rank: 'symptom',
  signatures: [
    {
      file: ['infect.c', 'crtools.c', 'thread_area.c'],
      text: /(?<what>(?:Could(?:n't| not)|Can't|Cannot|Fail(?:ed)? to|Not) (?:get|set|activate|obtain)\b[^:]*?\b(?:registers?|GS_[BC][CB]|RI_CB|RI bit|TM|VXRS_(?:HIGH|LOW)|guarded-storage|runtime-instrumentation|key mask|authenti?cation keys?(?: for \d+)?|thread area)[^:]*)(?:: (?<why>[A-Z].+))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      file: ['infect.c', 'thread_area.c'],
      text: /(?<what>PTRACE_GETREGSET failed|get_thread_area failed for \d+|Can't (?:get|obtain) thread area of \d+|shstk: .*?(?:SSP|shadow stack status|restorer address|shadow stack token)[^:]*)(?:: (?<why>[A-Z].+))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  cause:
    'The engine holds the process with ptrace, and the kernel did not give or take its registers ({what}[[: {why}]]): ESRCH, the process was killed meanwhile; EIO, EINVAL or ENODEV, the kernel or this CPU lacks the register set that the engine or the image asks for; EPERM, a filter or a security module stands between.',
  remedies: [
    {
      what: 'See that the process lives and nobody else traces it, and try again',
      where: 'machine',
      command: "grep -E 'State|TracerPid|Seccomp' /proc/PID/status",
    },
    {
      what: 'At a restore: compare the CPU with the one of the checkpoint',
      where: 'criu',
      command:
        'criu cpuinfo dump -D IMAGE   # there, at the checkpoint\ncriu cpuinfo check -D IMAGE --cpu-cap=all   # here',
    },
    { what: 'See what the image asks of the CPU', where: 'crac', command: 'crac inspect IMAGE' },
  ],
  samples: [
    "(00.020003) Error (compel/arch/x86/src/lib/infect.c:300): Couldn't get floating-point registers: No such process",
    "(00.020003) Error (compel/arch/s390/src/lib/infect.c:120): Couldn't set guarded-storage: No such device",
  ],
});
