import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_RECURSIVE',
  phase: 'checkpoint',
  title: 'A checkpoint was asked for inside a checkpoint',
  signatures: [{ text: /IllegalStateException: Recursive checkpoint is not allowed/ }],
  cause: 'beforeCheckpoint or afterRestore of a resource has asked for another checkpoint.',
  remedies: [{ what: 'Ask for it from another place, after afterRestore has returned', where: 'java' }],
  samples: ['\tSuppressed: java.lang.IllegalStateException: Recursive checkpoint is not allowed'],
});
