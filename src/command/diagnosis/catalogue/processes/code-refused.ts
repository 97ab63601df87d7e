import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_CODE_REFUSED',
  phase: 'checkpoint',
  title: 'The process may not be given code to run',
  signatures: [
    {
      file: 'infect.c',
      text: /(?<what>(?:remote mmap\(\) failed|remote_mprotect failed|compel_syscall for mprotect failed|munmap (?:for remote map|failed)|Can't (?:inject|restore) (?:syscall blob|memfd args|mmap args)|Can't create memfd in victim|Can't map remote parasite map|Can't run parasite at|Can't switch parasite \d+ to daemon).*)/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      file: 'infect.c',
      text: /(?<what>Can't (?:lmap|rmap) memfd for parasite blob.*)/,
      levels: ['error'],
      confidence: 'possible',
    },
    {
      file: ['parasite.c'],
      text: /(?<what>mprotect\(\S+, \S+\) failed with code -?\d+)/,
      confidence: 'likely',
    },
  ],
  cause:
    'The engine saves a process from inside: it maps code into it and lets it run. Here that was refused ({what}): by a rule against memory that is written and run (MemoryDenyWriteExecute of systemd, PR_SET_MDWE, SELinux’s execmem), by a seccomp filter of the program without mmap, memfd_create or ptrace’s way in; or engine and program are not of one kind (a CRIU built for 32 bits on a kernel of 64).',
  remedies: [
    {
      what: 'Look whether the service has such a rule, and take it away for this program',
      where: 'machine',
      command:
        'systemctl show -p MemoryDenyWriteExecute -p SystemCallFilter SERVICE\nsudo systemctl edit SERVICE   # [Service] MemoryDenyWriteExecute=no',
      cost: 'a fault of the program that writes code is stopped no longer',
    },
    {
      what: 'In a container, see whether its own seccomp profile is the reason',
      where: 'container',
      command: 'docker run --security-opt seccomp=unconfined …',
      cost: 'the container may make any system call; for a trial, not for good',
    },
    {
      what: 'Look what SELinux or AppArmor denied',
      where: 'machine',
      command: 'sudo ausearch -m avc -ts recent; sudo journalctl -k | grep -i denied',
    },
  ],
  tells: [{ what: 'Filters of the process', command: "grep -E '^(Seccomp|NoNewPrivs)' /proc/PID/status" }],
  samples: [
    '(00.010003) Error (compel/src/lib/infect.c:810): remote mmap() failed: Permission denied',
    "(00.010003) Error (compel/src/lib/infect.c:560): Can't inject syscall blob (pid: 4711)",
  ],
});
