import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_STANDS_STILL',
  phase: 'checkpoint',
  title: 'A program that is left running stands still until its image is complete',
  signatures: [
    {
      text: /\b(?<why>no process can be made|memory cannot be given to a child)(?:: (?<error>[\w ()]+))?/,
    },
    { text: /\bbecause it cannot go on meanwhile: (?<why>it has child processes)/ },
    { text: /\b(?<why>memory that no child may have is sealed)/ },
    { text: /\b(?<why>more than \d+ MiB of memory are shared), and would have to be copied first/ },
  ],
  cause:
    'With --leave-running a child writes the image while the program goes on; here there can be none ({why}[[: {error}]]). The image is good all the same: the program wrote it itself, and stood still meanwhile.',
  remedies: [
    {
      what: 'Where it has child processes: end them in beforeCheckpoint and start them again in afterRestore, or take the standstill as it is',
      where: 'program',
    },
    {
      what: 'See whether processes or memory are limited',
      where: 'machine',
      command:
        'ulimit -u; cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/memory.max /proc/sys/vm/overcommit_memory',
    },
    {
      what: 'Give the container more',
      where: 'container',
      command: 'docker run --pids-limit -1 --memory 2g …\npodman run --pids-limit -1 --memory 2g …',
    },
  ],
  samples: [
    'crac: note: the program stands still until its image is complete, because it cannot go on meanwhile: it has child processes (docs/checkpoint.md)',
    'crac: note: the program stands still until its image is complete, because it cannot go on meanwhile: no process can be made: EAGAIN (resource temporarily unavailable) (docs/checkpoint.md)',
    'crac: note: the program stands still until its image is complete, because it cannot go on meanwhile: memory that no child may have is sealed (docs/checkpoint.md)',
    'crac: note: the program stands still until its image is complete, because it cannot go on meanwhile: more than 64 MiB of memory are shared, and would have to be copied first (docs/checkpoint.md)',
  ],
});
