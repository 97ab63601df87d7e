import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_BPF_MAP',
  phase: 'both',
  title: 'A BPF map of the program cannot be saved or restored',
  signatures: [
    { file: 'bpfmap.c', text: /CRIU does not currently support dumping BPF map type (?<type>\d+)/ },
    {
      file: 'bpfmap.c',
      text: /^(?:bpfmap: )?(?<what>.+?)(?:: (?<why>[A-Z][\w ]+))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  cause:
    'The program has loaded BPF (observability, networking, a sandbox); of its maps the engine saves hash tables and arrays only, and needs CAP_BPF or CAP_SYS_ADMIN[[ (this one is of type {type})]][[: {what}]][[: {why}]].',
  remedies: [
    {
      what: 'Close what uses BPF before the checkpoint, and load it again after the restore',
      where: 'program',
    },
    {
      what: 'Give the right, where it is that',
      where: 'container',
      command: 'docker run --cap-add BPF --cap-add SYS_ADMIN …',
      cost: 'CAP_SYS_ADMIN is nearly root',
    },
  ],
  tells: [
    {
      what: 'Which maps the program has',
      command: 'sudo bpftool map show; grep -l map_type /proc/PID/fdinfo/*',
    },
  ],
  samples: ['(00.013102) Error (criu/bpfmap.c:88): CRIU does not currently support dumping BPF map type 27!'],
});
