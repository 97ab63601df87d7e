import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TOO_OLD',
  phase: 'checkpoint',
  title: 'The engine stumbled over its own memory tracking',
  signatures: [{ file: 'mem.c', text: /BUG at (?:criu\/)?mem\.c/, confidence: 'likely' }],
  explains: [/Trimmed message received/],
  cause:
    'A fault of CRIU itself: it was asked to track memory (pre-dump, --track-mem, an incremental checkpoint) on a kernel without soft-dirty marks (CONFIG_MEM_SOFT_DIRTY; LinuxKit and WSL lack it), and stops there without a reason; very old releases do it elsewhere, too.',
  remedies: [
    {
      what: 'Dump in one step, without tracking',
      where: 'criu',
      command: 'criu dump …   # without --track-mem and pre-dump',
      cost: 'the program stands still until all of its memory is written',
    },
    {
      what: 'Checkpoint in one step',
      where: 'container',
      command: 'podman container checkpoint NAME   # without --pre-checkpoint and --with-previous',
      cost: 'the container stands still until all of its memory is written',
    },
    { what: 'Install CRIU 4.2 or later', where: 'crac', command: 'crac engine install' },
  ],
  tells: [{ what: 'Whether the kernel has the marks', command: 'criu check --feature mem_dirty_track' }],
  samples: ['(00.013102) Error (criu/mem.c:44): BUG at criu/mem.c:44'],
});
