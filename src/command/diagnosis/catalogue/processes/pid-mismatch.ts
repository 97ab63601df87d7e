import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PID_MISMATCH',
  phase: 'restore',
  title: 'The kernel gave another PID than the one asked for',
  signatures: [
    {
      file: 'cr-restore.c',
      text: /Pid (?<got>\d+) do not match expected (?<pid>\d+)/,
      with: /Creating process using (?<how>clone3)\(\)/,
      confidence: 'likely',
    },
    { file: 'cr-restore.c', text: /Pid (?<got>\d+) do not match expected (?<pid>\d+)/ },
  ],
  near: [/Can't (?:fork for|open)\b.*(?<pid>\d+)/],
  cause:
    'The restored process got PID {got} instead of {pid}: without clone3 another process took the number in between, or writing ns_last_pid has no effect here (PIDs are only counted upwards); where the log says "using clone3()", kernel and engine do not agree about that call (CRIU 3.14 on arm64 was such a one): take a newer engine.',
  remedies: [
    {
      what: 'Restore with crac: it makes a PID namespace of its own, where nobody else takes numbers',
      where: 'crac',
      command: 'crac restore IMAGE',
    },
    {
      what: 'In a PID namespace of its own; else try again, it is a race',
      where: 'criu',
      command: 'unshare --pid --fork --mount-proc criu restore …',
    },
    {
      what: 'Allow clone3 (kernel 5.5 and later) in the seccomp profile',
      where: 'container',
      command: 'docker run --security-opt seccomp=unconfined …',
      cost: 'the container may make any system call',
    },
    {
      what: 'In a container raise the PIDs before the checkpoint',
      where: 'java',
      command: 'java -XX:CRaCMinPid=128 -XX:CRaCCheckpointTo=DIR …',
      cost: 'takes effect in a new checkpoint only',
    },
  ],
  samples: [
    '(00.016102) Error (criu/cr-restore.c:1537): Pid 20 do not match expected 9\n(00.016150) Error (criu/cr-restore.c:2397): Restoring FAILED.',
  ],
});
