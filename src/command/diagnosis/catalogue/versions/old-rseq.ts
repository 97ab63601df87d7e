import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_OLD_WITHOUT_RSEQ',
  phase: 'restore',
  title: "The engine is older than the program's C library",
  signatures: [
    {
      file: 'cr-restore.c',
      text: /(?<!\d)(?<pid>\d+) killed by signal 11/,
      with: /\bVersion: (?:[12]\.|3\.(?:\d|1[0-6])\b)/,
      confidence: 'likely',
    },
  ],
  near: [/\bVersion: (?<version>\d+\.\d+(?:\.\d+)?)/],
  cause:
    'Process {pid} crashed (SIGSEGV) at the end of its restore, and the engine is CRIU {version|below 3.17}: it does not know restartable sequences (rseq), which glibc uses since 2.35 (Ubuntu 22.04, Debian 12, RHEL 9), and restores them wrongly.',
  remedies: [
    { what: 'Install CRIU 4.2 or later', where: 'crac', command: 'crac engine install' },
    {
      what: 'Install CRIU 3.17 or later (Ubuntu has it in ppa:criu/ppa), and make the checkpoint again',
      where: 'machine',
      command: 'sudo add-apt-repository ppa:criu/ppa && sudo apt-get install criu\ncriu --version',
    },
    {
      what: 'Or start the program without them, and make the checkpoint again',
      where: 'program',
      command: 'GLIBC_TUNABLES=glibc.pthread.rseq=0 ./program',
    },
  ],
  tells: [{ what: 'Which C library the program uses', command: 'ldd --version | head -n 1' }],
  samples: [
    '(00.000081) Version: 3.16.1 (gitid 0)\n(00.003200) Error (criu/cr-restore.c:1480): 309389 killed by signal 11: Segmentation fault\n(00.003254) Error (criu/cr-restore.c:2447): Restoring FAILED.',
  ],
});
