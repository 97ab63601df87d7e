import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TOO_OLD',
  phase: 'checkpoint',
  title: 'The engine is too old',
  signatures: [{ file: 'mem.c', text: /BUG at (?:criu\/)?mem\.c/ }],
  cause: 'This is a fault of a very old CRIU.',
  remedies: [{ what: 'Install CRIU 4.2 or later', where: 'crac', command: 'crac engine install' }],
  samples: ['(00.013102) Error (criu/mem.c:44): BUG at criu/mem.c:44'],
});
