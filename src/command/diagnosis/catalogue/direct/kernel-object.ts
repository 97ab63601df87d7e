import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_KERNEL_OBJECT',
  phase: 'checkpoint',
  title: 'The program has something open that the engine direct cannot make anew',
  signatures: [{ text: /this engine cannot make anew what the kernel calls (?<object>\S.*)$/ }],
  cause:
    'A descriptor of the program is {object}: the kernel does not tell enough of it for a program to make another one like it. The program goes on.',
  remedies: [
    {
      what: 'Close it in beforeCheckpoint and open it again in afterRestore (docs/library.md)',
      where: 'program',
    },
    { what: 'See who opened it', where: 'crac', command: 'crac trace app.js' },
    {
      what: 'Where CRIU can (docs/engines.md has the table)',
      where: 'crac',
      command: 'crac run --engine criu --image DIR app.js',
    },
  ],
  samples: ['crac: this engine cannot make anew what the kernel calls anon_inode:[userfaultfd]'],
});
