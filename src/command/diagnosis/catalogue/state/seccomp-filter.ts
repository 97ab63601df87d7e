import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SECCOMP_FILTER',
  phase: 'both',
  title: "The program's seccomp filter cannot be saved",
  signatures: [
    { file: 'seccomp.c', text: /Corrupted filter (?:index|len) on tid (?<pid>\d+)/ },
    { file: 'seccomp.c', text: /Can't fetch filter on tid_real (?<pid>\d+)/, confidence: 'likely' },
  ],
  cause:
    'The seccomp filter of thread {pid} could not be read: the kernel has no CONFIG_CHECKPOINT_RESTORE, the engine lacks CAP_SYS_ADMIN, or the engine stands under a filter itself.',
  remedies: [
    { what: 'Start the program without a filter', where: 'crac', command: 'crac run --image DIR app.js' },
    {
      what: 'Checkpoint outside of the default profile',
      where: 'container',
      command: 'docker run --security-opt seccomp=unconfined --cap-add SYS_ADMIN …',
      cost: 'the container may make any system call',
    },
  ],
  samples: [
    "(00.009003) Error (criu/seccomp.c:149): seccomp: Can't fetch filter on tid_real 20811 i 0: Operation not permitted",
  ],
});
