import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_SHADOW_STACK',
  phase: 'restore',
  title: 'The image was made on a CPU with shadow stacks',
  rank: 'hint',
  signatures: [
    {
      file: 'shstk.c',
      text: /Restoring task with shadow stack on non-CET machine/,
      levels: ['warn'],
      confidence: 'likely',
    },
  ],
  cause: "The program used the CPU's shadow stacks (CET), which this machine does not have.",
  remedies: [
    { what: 'Restore on the same kind of CPU', where: 'machine' },
    {
      what: 'Or make the image without them',
      where: 'program',
      command: 'GLIBC_TUNABLES=glibc.cpu.x86_shstk=off crac run --image DIR app.js',
    },
  ],
  samples: [
    '(00.002003) Warn  (criu/arch/x86/shstk.c:23): Restoring task with shadow stack on non-CET machine\n(00.002100) Error (criu/cr-restore.c:2397): Restoring FAILED.',
  ],
});
