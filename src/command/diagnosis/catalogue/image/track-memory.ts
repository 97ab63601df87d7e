import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TRACK_MEM',
  phase: 'checkpoint',
  title: 'This kernel does not tell which memory was written',
  signatures: [{ file: ['config.c', 'kerndat.c', 'mem.c'], text: /Tracking memory is not available/ }],
  cause:
    'A dump in steps (pre-dump, --track-mem) needs a kernel with CONFIG_MEM_SOFT_DIRTY, which this one does not have.',
  remedies: [
    {
      what: 'Dump in one step',
      where: 'criu',
      command: 'criu dump …',
      cost: 'the program stands still until all of its memory is written',
    },
    { what: 'crac dumps in one step', where: 'crac', command: 'crac checkpoint TARGET' },
    {
      what: 'Or take a kernel that has it (those of the distributions do); this tells',
      where: 'machine',
      command: 'criu check --feature mem_dirty_track',
    },
  ],
  samples: [
    'Error (criu/config.c:1131): Tracking memory is not available. Consider omitting --track-mem option.',
  ],
});
