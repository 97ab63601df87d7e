import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SIGSYS',
  phase: 'restore',
  title: 'A seccomp filter ended the program at its restore',
  signatures: [
    { file: 'cr-restore.c', text: /(?<!\d)(?<pid>\d+) (?:killed|stopped) by signal 31\b/ },
    { file: 'cr-restore.c', text: /(?<!\d)(?<pid>\d+) (?:killed|stopped) by signal \d+: Bad system call/ },
  ],
  cause:
    'Process {pid} made a system call that a seccomp filter forbids by death (SIGSYS): the profile of the container that restores is stricter than the one of the checkpoint, or the kernel is newer than the C library.',
  remedies: [
    {
      what: 'Restore under the profile of the checkpoint, or without one',
      where: 'container',
      command:
        'docker run --security-opt seccomp=unconfined …\npodman run --security-opt seccomp=unconfined …',
      cost: 'the container may make any system call',
    },
    {
      what: 'A profile that allows what a restore needs',
      where: 'crac',
      command: 'crac doctor --for docker',
    },
  ],
  tells: [
    {
      what: 'Which system call it was',
      command: 'sudo dmesg | grep -E "type=1326|SECCOMP"; sudo ausearch -m seccomp -ts recent',
    },
  ],
  samples: ['(00.030003) Error (criu/cr-restore.c:1262): 9 killed by signal 31: Bad system call'],
});
