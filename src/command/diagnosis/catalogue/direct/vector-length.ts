import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_VECTOR_LENGTH',
  phase: 'restore',
  title: 'A thread calculated with vectors of another length than this CPU has',
  signatures: [
    {
      text: /\bvectors \(SVE\) have another length on this CPU, and this thread was calculating with them: (?<thread>\S.*)$/,
    },
  ],
  cause:
    'Registers of SVE (arm64) are as long as the CPU has them. The thread {thread} was interrupted by the checkpoint while values stood in them, and on this CPU they have another length.',
  remedies: [
    { what: 'Restore on a CPU of the kind that the image was made on', where: 'machine' },
    {
      what: 'Or make the image anew while no such calculation runs',
      where: 'crac',
      command: 'crac checkpoint PID --image DIR',
    },
  ],
  samples: [
    'crac: vectors (SVE) have another length on this CPU, and this thread was calculating with them: node',
  ],
});
