import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SEGFAULT',
  phase: 'restore',
  title: 'The program crashed while it was restored',
  rank: 'symptom',
  signatures: [
    { file: 'cr-restore.c', text: /(?<!\d)(?<pid>\d+) killed by signal 11/, confidence: 'possible' },
    { file: 'mount.c', text: /BUG at criu\/mount\.c/, confidence: 'possible' },
  ],
  cause:
    "Process {pid|N} crashed (SIGSEGV) in the last step of the restore and the log has no other error; known reasons are a CRIU below 3.17 with glibc 2.35 or later (rseq), a CRIU of another C library than the machine's, and mount namespaces restored without --root.",
  remedies: [
    { what: 'Install CRIU 4.2 or later', where: 'crac', command: 'crac engine install' },
    {
      what: 'With an old engine, start the program without rseq',
      where: 'program',
      command: 'GLIBC_TUNABLES=glibc.pthread.rseq=0 node app.js',
      cost: 'takes effect in a new checkpoint only',
    },
    { what: 'See more', where: 'criu', command: 'criu restore -v4 -o restore.log …' },
  ],
  samples: [
    '(00.030003) Error (criu/cr-restore.c:1262): 9 killed by signal 11: Segmentation fault\n(00.030100) Error (criu/cr-restore.c:2397): Restoring FAILED.',
  ],
});
