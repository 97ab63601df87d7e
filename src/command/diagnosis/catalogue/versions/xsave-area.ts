import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_XSAVE_AREA',
  phase: 'both',
  title: "The engine is too old for this CPU's registers",
  signatures: [
    {
      file: 'infect.c',
      text: /Can't (?:set|obtain) FPU registers for (?<pid>\d+): (?<why>Bad address|Invalid argument)/,
    },
    { file: 'infect.c', text: /Can't set xstate for (?<pid>\d+): (?<why>Bad address|Invalid argument)/ },
    {
      file: ['infect.c', 'cr-restore.c'],
      text: /Can't (?:set|obtain) FPU registers for (?<pid>\d+)$/,
      confidence: 'likely',
    },
    {
      file: ['crtools.c', 'cpu.c'],
      text: /(?<!\S)(?:x86: )?\S+ reported (?<why>\d+ bytes \(expecting \d+\))/,
      confidence: 'likely',
    },
  ],
  explains: [/Can't (?:infect|set|obtain|restore)/, /parasite/],
  cause:
    'The CPU saves more registers (AMX; 11008 bytes on Sapphire Rapids and later) than the buffer of CRIU below 3.19 holds, so registers of process {pid|N} cannot be written back[[ ({why})]].',
  remedies: [
    {
      what: 'Install CRIU 3.19 or later; 4.2 is best',
      where: 'machine',
      command: 'criu --version\nsudo apt-get install -t trixie criu',
    },
    { what: 'Install one for crac', where: 'crac', command: 'crac engine install' },
    {
      what: 'The engine that lies in the JDK is as old: replace it, or point to another',
      where: 'java',
      command: 'java -XX:CRaCEngineOptions=criu_location=/usr/sbin/criu -XX:CRaCCheckpointTo=DIR …',
    },
    {
      what: 'Or hide the large registers from the program and the engine: start the virtual machine without AMX, or the kernel with',
      where: 'machine',
      command: 'clearcpuid=amx_tile',
      cost: 'programs that use AMX are slower; on the command line of the kernel, takes effect at the next boot',
    },
  ],
  tells: [
    {
      what: 'Whether the CPU has AMX, and how old the engine is',
      command: 'grep -ow amx_tile /proc/cpuinfo | head -1; criu --version',
    },
  ],
  samples: [
    "(00.013102) Error (compel/arch/x86/src/lib/infect.c:413): Can't set FPU registers for 4711: Bad address\n(00.013130) Error (criu/cr-dump.c:1665): Can't infect (pid: 4711) with parasite",
    "Error (compel/arch/x86/src/lib/infect.c:231): Can't obtain FPU registers for 129: Bad address",
  ],
});
