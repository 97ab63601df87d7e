import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FEATURE_PROBE',
  phase: 'start',
  title: 'The engine could not find out what this kernel can do',
  rank: 'symptom',
  signatures: [
    {
      file: 'kerndat.c',
      text: /^(?<what>(?!.*when initializing kerndat)[%\w].{3,300}?)(?:: (?<why>[A-Z][a-z][^:]+))?$/,
      levels: ['error'],
      confidence: 'possible',
    },
    {
      file: 'vdso.c',
      text: /^vdso: (?<what>(?:Child (?:is unstoppable|unexpectedly)|Failed (?:to|write to)|fork\(\) failed)[^:]{0,100})(?:: (?<why>[A-Z].+))?$/,
      levels: ['error'],
      confidence: 'possible',
    },
  ],
  cause:
    'Before it touches any process the engine tries out what the kernel has, and one of these trials went wrong in a way that it does not expect ({what}[[: {why}]]): EPERM or EACCES tell of a container or a filter of system calls around the engine, ENOENT of /proc or /sys that are not mounted as usual, ENOMEM, EAGAIN and EMFILE of limits. The program that was to be checkpointed is untouched.',
  remedies: [
    {
      what: 'Let the trials run alone, as the same user and in the same place; the first error is the one to mend',
      where: 'criu',
      command: 'sudo rm -f /run/criu.kdat\nsudo criu check -v4 2>&1 | crac explain',
      cost: 'the file is only a cache of what was found',
    },
    {
      what: 'In a container: without its filter of system calls and with a whole /proc it must work',
      where: 'container',
      command: 'docker run --security-opt seccomp=unconfined --security-opt systempaths=unconfined …',
      cost: 'the container may do more than before',
    },
    { what: 'See which limits hold', where: 'machine', command: 'ulimit -a; mount -t proc,sysfs,tmpfs' },
  ],
  samples: [
    "(00.000512) Error (criu/kerndat.c:421): Can't mmap memory for pagemap test: Operation not permitted",
    '(00.000512) Error (criu/kerndat.c:1011): Unable to access /proc/self/timens_offsets: Permission denied',
  ],
});
