import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_ILLEGAL_INSTRUCTION',
  phase: 'restore',
  title: 'The program used an instruction that this CPU lacks',
  rank: 'symptom',
  signatures: [
    { file: 'cr-restore.c', text: /(?<!\d)(?<pid>\d+) killed by signal 4\b/, confidence: 'likely' },
    {
      text: /\bSIGILL\b.*exit(?:ed)?(?: code)? 132|exit(?:ed)? (?:code|status) 132/i,
      confidence: 'possible',
    },
  ],
  cause:
    'Process {pid|N} met an instruction that this CPU does not have: the image was made on a CPU with more features (compiled code chose them) and --cpu-cap=none switched the check off.',
  remedies: [
    {
      what: 'Restore on the same kind of CPU, or make the image on the oldest kind',
      where: 'machine',
      command: 'lscpu | grep Flags',
    },
    {
      what: 'Let generated code use the common features only, and make the image anew',
      where: 'crac',
      command: 'crac run --image DIR --no-opt app.js',
      cost: 'slower code',
    },
    {
      what: 'Make the checkpoint for all CPUs',
      where: 'java',
      command: 'java -XX:CPUFeatures=generic -XX:CRaCCheckpointTo=DIR …',
      cost: 'somewhat slower code',
    },
  ],
  samples: ['(00.030003) Error (criu/cr-restore.c:1262): 9 killed by signal 4: Illegal instruction'],
});
