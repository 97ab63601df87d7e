import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_OWN_FAULT',
  phase: 'both',
  title: 'CRIU has met something that its own code rules out',
  rank: 'symptom',
  signatures: [
    { text: /(?<what>\bBUG at \S+)/, levels: ['error'], confidence: 'likely' },
    {
      text: /(?<what>BUG: (?:args|stack) (?:are|is) not \d+ bytes aligned|BUG! Unknown socket collected|Restorer stack smash detected|Unaligned address passed|(?:Peek|Poke) request with non-word size|Ow! Second vdso mark|should have is_dir pre-set|Unknown command (?:to parasite|in parasite daemon)|FATAL: Peer \d+ unresolved|Unknown shit|Shadow stack address mismatch|Out of order read completed|CRIU_FAULT out of bounds|busy target \d+|is being modified in protected context)/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      text: /(?<what>Buffer for read ?link(?:at)? .*too small|Buffer (?:overrun|too small) |Buffer of \d+ bytes too small|Not enough (?:room|space) (?:for|to) |snprintf output was truncated|Too small buffer|Can't fit '[^']*' to buffer|bfd buffer is too small|No buffer for bfd|strlen\(.*only \d+ bytes available|path \S+ is longer than PATH_MAX|[Tt]oo long name for socket|The (?:file name|path \S+) is too long|Source \S+ is too long|message size exceeded|message exceeded bound)/,
      levels: ['error'],
      confidence: 'possible',
    },
  ],
  cause:
    'CRIU ends because of a state that its authors did not foresee ({what}), not because of a setting: a fault of this version, something in the program that it does not know (a very long path among them), or a process that changed or ended while it was saved.',
  remedies: [
    {
      what: 'Try it once more while the program is idle and nothing else stops, kills or checkpoints it',
      where: 'machine',
      command: "grep -E 'State|TracerPid' /proc/PID/status",
    },
    {
      what: 'Take the newest CRIU, and report what remains with the whole log (-v4) to its authors',
      where: 'criu',
      command: 'criu --version; uname -r\n# https://github.com/checkpoint-restore/criu/issues',
    },
    {
      what: 'Take the newest that suits this kernel',
      where: 'crac',
      command: 'crac engine install\ncrac doctor',
    },
  ],
  samples: [
    '(00.119427) Error (criu/cgroup.c:1032): cg: BUG at criu/cgroup.c:1032',
    '(00.119427) Error (criu/files.c:420): Buffer for read link of fd 7 is too small',
  ],
});
