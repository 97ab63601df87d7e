import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_NO_MEMORY',
  phase: 'both',
  title: 'The engine direct was given no memory',
  signatures: [
    {
      text: /\bno memory (?<for>to write an image with|to restore with|for what pipes, sockets and memory files hold|for the registers of threads)(?:: (?<error>[\w ()]+))?/,
    },
    { text: /\b(?<for>cannot lock memory of the program again) \(ulimit -l\)(?:: (?<error>[\w ()]+))?/ },
  ],
  cause:
    'The kernel gave no memory ({for}[[: {error}]]): a limit of the container or of this user is reached, or the machine has none left.',
  remedies: [
    {
      what: 'See which limit it is',
      where: 'machine',
      command:
        'ulimit -a; cat /sys/fs/cgroup/memory.max /proc/sys/vm/max_map_count /proc/sys/vm/overcommit_memory; free -m',
    },
    {
      what: 'Give the container more',
      where: 'container',
      command: 'docker run --memory 1g --ulimit memlock=-1 …\npodman run --memory 1g --ulimit memlock=-1 …',
    },
    {
      what: 'A checkpoint needs little, a restore as much as the program had',
      where: 'crac',
      command: 'crac inspect IMAGE',
    },
  ],
  samples: [
    'crac: no memory to write an image with: ENOMEM (out of memory)',
    'crac: cannot lock memory of the program again (ulimit -l): ENOMEM (out of memory).',
  ],
});
