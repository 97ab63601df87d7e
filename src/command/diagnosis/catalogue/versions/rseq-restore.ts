import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_RSEQ_RESTORE',
  phase: 'restore',
  title: 'This kernel has no restartable sequences, and the image uses them',
  signatures: [{ file: 'cr-restore.c', text: /rseq: can't restore as kernel doesn't support it/ }],
  cause:
    'The program was checkpointed with restartable sequences (rseq: glibc 2.35 and later), and the kernel here has none: it is older than 4.18, was built without CONFIG_RSEQ, or is a sandbox without that call (gVisor, AWS Lambda).',
  remedies: [
    {
      what: 'Restore on a machine whose kernel has them',
      where: 'machine',
      command: 'uname -r; criu check --feature get_rseq_conf',
    },
    {
      what: 'Or start the program without them, and make the checkpoint again',
      where: 'program',
      command: 'GLIBC_TUNABLES=glibc.pthread.rseq=0 ./program',
    },
    {
      what: 'Or start Java without them, and make the checkpoint again',
      where: 'java',
      command: 'GLIBC_TUNABLES=glibc.pthread.rseq=0 java -XX:CRaCCheckpointTo=DIR …',
    },
  ],
  samples: ["166: Error (criu/cr-restore.c:3151): rseq: can't restore as kernel doesn't support it"],
});
