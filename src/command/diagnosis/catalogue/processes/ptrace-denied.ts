import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PTRACE_DENIED',
  phase: 'checkpoint',
  title: 'The engine may not stop processes here',
  signatures: [
    {
      file: 'infect.c',
      text: /Unable to interrupt task: (?<pid>\d+) \((?<why>Operation not permitted)\)/,
      levels: ['warn', 'error'],
      with: /Unable to detach from \d+: Operation not permitted/,
      confidence: 'likely',
    },
    {
      file: ['infect.c', 'ptrace.c', 'seize.c'],
      text: /SEIZE (?<pid>\d+): can't ptrace.*: (?<why>Operation not permitted)/,
      levels: ['warn', 'error'],
      confidence: 'likely',
    },
  ],
  explains: [/Unable to detach from/, /Unable to interrupt/],
  cause:
    'The engine takes hold of a process by ptrace, and the kernel or the sandbox refuses that for process {pid} ({why}): CAP_SYS_PTRACE is missing, a seccomp filter forbids it, or the place does without it altogether, as AWS Lambda does.',
  remedies: [
    {
      what: 'Give the container the capability',
      where: 'container',
      command:
        'docker run --cap-add CHECKPOINT_RESTORE --cap-add SYS_PTRACE …\npodman run --cap-add CHECKPOINT_RESTORE --cap-add SYS_PTRACE …',
    },
    {
      what: 'Make the checkpoint elsewhere (on a builder, by podman or Docker), and only restore there',
      where: 'machine',
    },
    {
      what: 'Azul’s engine Warp asks for no privilege',
      where: 'java',
      command: 'java -XX:CRaCEngine=warp -XX:CRaCCheckpointTo=DIR …',
    },
    {
      what: 'The engine direct of crac needs no ptrace: the program writes itself',
      where: 'crac',
      command: 'crac run --engine direct --image DIR app.js',
    },
  ],
  tells: [
    {
      what: 'Whether the engine is traced, filtered or short of the capability itself',
      command: "grep -E 'TracerPid|Seccomp|CapEff' /proc/self/status; cat /proc/sys/kernel/yama/ptrace_scope",
    },
  ],
  samples: [
    'Warn  (compel/src/lib/infect.c:129): Unable to interrupt task: 8 (Operation not permitted)\nError (compel/src/lib/infect.c:358): Unable to detach from 8: Operation not permitted',
  ],
});
