import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_RSEQ',
  phase: 'checkpoint',
  title: "The kernel is too old for the program's C library",
  signatures: [
    { file: 'cr-dump.c', text: /(?<!\d)(?<pid>\d+) has rseq but kernel lacks get_rseq_conf feature/ },
  ],
  cause:
    'Thread {pid} uses restartable sequences (glibc 2.35 and later does), which only kernels from 5.13 on let an engine read.',
  remedies: [
    { what: 'Update the kernel to 5.13 or later', where: 'machine', command: 'uname -r' },
    {
      what: 'Or start the program without them',
      where: 'program',
      command: 'GLIBC_TUNABLES=glibc.pthread.rseq=0 crac run --image DIR app.js',
    },
  ],
  samples: ['(00.006110) Error (criu/cr-dump.c:227): 20811 has rseq but kernel lacks get_rseq_conf feature'],
});
