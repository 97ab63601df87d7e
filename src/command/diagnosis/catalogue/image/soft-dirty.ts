import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SOFT_DIRTY',
  phase: 'checkpoint',
  title: 'The marks of written memory cannot be used',
  signatures: [
    {
      file: 'mem.c',
      text: /Can't reset (?<pid>\d+)'s dirty memory tracker(?:.*: (?<why>[A-Z].+))?/,
      confidence: 'likely',
    },
    {
      file: ['pagemap.c', 'page-xfer.c'],
      text: /(?<what>Missing [0-9a-f]+ in parent pagemap|Hole \S+(?: - \S+)? not found in parent)/,
      confidence: 'likely',
    },
    { file: 'mem.c', text: /Pid-reuse detection failed: no parent inventory/ },
    { file: 'config.c', text: /Option --track-mem .* (?<why>not supported)/ },
  ],
  cause:
    'A dump in steps (pre-dump, --track-mem) needs soft-dirty marks of the kernel[[ for process {pid}]][[: {why}]]; they are not there, were lost (moved or shared memory), or the step before is not of this program.',
  remedies: [
    {
      what: 'Dump in one step',
      where: 'criu',
      command: 'criu dump …',
      cost: 'the program stands still until all of its memory is written',
    },
    {
      what: 'Checkpoint in one step',
      where: 'container',
      command: 'podman container checkpoint NAME   # without --with-previous',
      cost: 'the container stands still until all of its memory is written',
    },
    { what: 'crac dumps in one step', where: 'crac', command: 'crac checkpoint TARGET' },
  ],
  tells: [
    {
      what: 'Whether the kernel has them',
      command:
        'criu check --feature mem_dirty_track; zgrep MEM_SOFT_DIRTY /proc/config.gz /boot/config-$(uname -r)',
    },
  ],
  samples: ["(00.004003) Error (criu/mem.c:60): Can't reset 4711's dirty memory tracker: Invalid argument"],
});
