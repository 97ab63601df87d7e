import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_KERNEL_FORM',
  phase: 'both',
  title: 'This kernel says something in a form that the engine does not know',
  signatures: [
    {
      file: 'proc_parse.c',
      text: /(?<what>(?:Can't parse|Unable to parse|Error parsing|Failed (?:to parse|parsing)|Parsing \d+'s stat failed|stat for \d+ is corrupted|Strange file mapped at|Unexpected VMA met|Unsupported mapping found|Bogus mapping|Unknown (?:option|clockid|file lock|lock option)|Invalid file lock info|No (?:records of type|data left in proc file)|Bad format in \d+ mountinfo|invalid cgroup configuration|couldn't parse internal cgroup).*)/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      file: ['vdso.c', 'util-vdso.c', 'parasite-vdso.c', 'vdso-pie.c'],
      text: /(?<what>(?:Can't find (?:rt vDSO|vDSO\/VVAR bounds)|Got second (?:VVAR|vDSO) entry|VVAR and VVAR_VCLOCK entries are not|Kdat sizes of vdso|Unexpected page frame number|Failed (?:checking vdso|parsing maps|reading self\/maps|to fill (?:self|compat) vdso|to parse mmapped)|(?:Corrupted|Invalid) E[Ll][Ff]|Unsupported (?:ELF|OSABI)|Second PT_|Not all dynamic entries|One of obligated program headers|Compat v[Dd][Ss][Oo] helper|Helper for mmaping compat).*)/,
      levels: ['error'],
      confidence: 'likely',
    },
    { file: 'proc_parse.c', text: /(?<what>two nonconsecutive vvar vma-s.*)/ },
    {
      file: ['infect.c', 'kerndat.c'],
      text: /(?<what>(?:Kernel reports more capabilities than this CRIU supports|Your kernel seems to not support|PTRACE_GETREGSET read \d+ bytes).*)/,
      confidence: 'likely',
    },
    {
      file: 'cr-dump.c',
      text: /(?<what>unsupported RSEQ ABI version.*|something wrong with ptrace\(PTRACE_GET_RSEQ.*)/,
    },
  ],
  cause:
    'The engine reads what the kernel shows of a process (/proc, its memory map, the vDSO), and met a form that this version does not know ({what}): kernels change it, and the engine is older than the kernel, or was built for another.',
  remedies: [
    {
      what: 'Use the newest CRIU: 4.2 knows the kernels up to the autumn of 2025',
      where: 'criu',
      command: 'criu --version; uname -r\nsudo apt-get install criu',
    },
    {
      what: 'crac brings its own, in a version that it was tried with; see whether this machine suits it',
      where: 'crac',
      command: 'crac doctor',
    },
    {
      what: 'In a container runtime, look which engine it starts: a distribution’s may lie beside a newer one',
      where: 'container',
      command: 'sudo env PATH="$PATH:/usr/sbin" which -a criu',
    },
  ],
  tells: [{ what: 'What the engine itself finds missing', command: 'sudo criu check --all' }],
  samples: [
    "(00.010003) Error (criu/proc_parse.c:1010): Can't parse: 7f00-8000 rw-p",
    '(00.010003) Error (criu/proc_parse.c:300): two nonconsecutive vvar vma-s: 7f00-7f10 7f20-7f30',
    "(00.010003) Error (criu/vdso.c:300): vdso: Can't find vDSO/VVAR bounds",
  ],
});
