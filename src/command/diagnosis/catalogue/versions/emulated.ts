import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_EMULATED',
  phase: 'start',
  title: 'The engine runs under an emulated CPU',
  signatures: [
    {
      file: [
        'kerndat.c',
        'infect.c',
        'ptrace.c',
        'vdso.c',
        'util.c',
        'cr-dump.c',
        'cr-restore.c',
        'proc_parse.c',
        'cr-check.c',
        'libnetlink.c',
        'crtools.c',
      ],
      text: /(?:Function not implemented|Inappropriate ioctl for device|Input\/output error|Invalid argument|No such process|failed when initializing kerndat|Could not initialize kernel|Can't .+|Unable .+|vdso: .+)/,
      with: /\b(?:qemu-(?:user|x86_64|aarch64|arm|static|[a-z0-9]+-static)|rosetta|binfmt[-_]misc\/\S|linux\/(?:amd64|arm64)\S*\) does not match)/i,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  explains: [/kerndat/, /Could not initialize/, /vdso/],
  cause:
    'The engine is of another architecture than the machine and runs under an emulator (qemu-user, Rosetta), which has no ptrace, no /proc of the program and not all system calls: neither a checkpoint nor a restore works there.',
  remedies: [
    {
      what: "Use the image of the machine's own architecture",
      where: 'container',
      command: 'docker run --platform "linux/$(dpkg --print-architecture)" …',
    },
    {
      what: 'Or use a whole virtual machine (its kernel is emulated too) or a machine of that kind',
      where: 'machine',
      command: 'colima start --arch x86_64 --vm-type qemu',
      cost: 'a machine that is emulated wholly is slow',
    },
    {
      what: 'Install Node and crac for this architecture, and make the image anew',
      where: 'crac',
      command: 'crac doctor',
    },
  ],
  tells: [
    {
      what: 'Whether the two differ',
      command: 'uname -m; file -L "$(command -v criu)"; ls /proc/sys/fs/binfmt_misc',
    },
  ],
  samples: [
    "WARNING: The requested image's platform (linux/amd64) does not match the detected host platform (linux/arm64/v8)\n(00.001510) Error (criu/kerndat.c:1280): Can't obtain FPU registers for 9: Input/output error\n(00.001533) Error (criu/kerndat.c:2155): kdat_x86_has_ptrace_fpu_xsave_bug failed when initializing kerndat.",
  ],
});
