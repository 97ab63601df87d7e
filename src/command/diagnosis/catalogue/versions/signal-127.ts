import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_TOO_OLD_GLIBC',
  phase: 'restore',
  title: 'The engine is too old for this C library',
  signatures: [{ file: 'cr-restore.c', text: /(?<!\d)(?<pid>\d+) killed by signal 127\b/ }],
  cause: 'CRIU 3.15 does not work with glibc 2.40 and later.',
  remedies: [{ what: 'Install CRIU 4.2 or later', where: 'crac', command: 'crac engine install' }],
  samples: ['(00.030003) Error (criu/cr-restore.c:1262): 9 killed by signal 127: Unknown signal 127'],
});
