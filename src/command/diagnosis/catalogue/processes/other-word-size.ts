import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_32_BIT',
  phase: 'checkpoint',
  title: 'A process of 32 bits, or with segments of its own, cannot be saved',
  signatures: [
    { file: 'infect.c', text: /Can't dump task (?<pid>\d+) running in (?<what>32-bit mode)/ },
    { file: 'infect.c', text: /Can't dump task (?<pid>\d+) with (?<what>LDT descriptors)/ },
    { file: 'infect.c', text: /Pid (?<pid>\d+) is (?<what>\S+ bit).*Only 64 bit tasks are supported/ },
    { file: 'restorer.c', text: /Compatible mode without vdso map support/ },
  ],
  cause:
    'Process {pid|of the tree}[[ ({what})]] is a program of 32 bits, or one that makes segments of its own as Wine and DOSEMU do: this engine was built without support for it, or the kernel lacks it.',
  remedies: [
    { what: 'Use the 64-bit build of that program, or end it before the checkpoint', where: 'program' },
    {
      what: 'See which process it is, and which kind',
      where: 'machine',
      command: 'ps -fp {pid|PID}; file -L /proc/{pid|PID}/exe',
    },
    {
      what: 'Whether this engine and kernel know 32-bit programs at all',
      where: 'criu',
      command: 'criu check --feature compat_cr',
    },
  ],
  samples: [
    "(00.010003) Error (compel/arch/x86/src/lib/infect.c:590): Can't dump task 4711 running in 32-bit mode",
    "(00.010003) Error (compel/arch/x86/src/lib/infect.c:600): Can't dump task 4711 with LDT descriptors",
  ],
});
