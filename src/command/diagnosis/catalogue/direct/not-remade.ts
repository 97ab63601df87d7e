import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_NOT_REMADE',
  phase: 'restore',
  title: 'Something that the program had cannot be made here',
  signatures: [
    {
      text: /\bcannot (?<what>make (?:a |an |the )[\w' -]+? (?:of the program |threads )?anew(?: under its number)?|open a file without a name (?:anew|again)|make a guard page|give another process of the program a descriptor that both have|make a descriptor as it was|handle a signal as the program did|put a descriptor of the program in its place|map shared memory of the program again|put back what a [\w ]+? held|watch (?:a descriptor of the program|files) again|seal a memory file again|tell the program that what it watche\w+[\w ]*)(?: \([^)]*\))?(?:: (?<error>[\w ()]+))?/,
    },
    { text: /\bcannot (?<what>open (?:\/|a file without a name (?:anew|again))): (?<error>[\w ()]+)/ },
    { text: /\bcannot (?<what>make a process): (?<error>[^.]+)/ },
    { text: /\bcannot (?<what>map (?<path>\/\S+)): (?<error>[\w ()]+)/ },
  ],
  cause:
    'The restore could not {what}[[: {error}]]: a limit of this user, container or machine is lower than where the image was made, or its policy forbids it.',
  remedies: [
    {
      what: 'See the limits here',
      where: 'machine',
      command:
        'ulimit -a; cat /sys/fs/cgroup/pids.max /proc/sys/kernel/threads-max; sysctl fs.inotify fs.epoll fs.file-max',
    },
    {
      what: 'Give the container what the program had',
      where: 'container',
      command:
        'docker run --pids-limit 500 --ulimit nofile=65536 …\npodman run --pids-limit 500 --ulimit nofile=65536 …',
    },
    { what: 'Or go on without the image', where: 'crac', command: 'crac restore IMAGE --or-run' },
  ],
  samples: [
    "crac: cannot make the program's threads anew: EAGAIN (try again).",
    'crac: cannot make a socket of the program anew: EAFNOSUPPORT (address family not supported).',
    'crac: cannot put back what a pipe or a memory file held: EAGAIN (try again).',
  ],
});
