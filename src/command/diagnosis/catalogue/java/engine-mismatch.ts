import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_ENGINE_MISMATCH',
  phase: 'restore',
  title: 'The image was made with another engine',
  signatures: [
    {
      text: /Image format does not match; saved image with engine (?<theirs>[^,]+), restoring with (?<ours>\S+)/,
    },
  ],
  cause: 'The image was made with the engine {theirs} and the restore uses {ours}.',
  remedies: [
    {
      what: 'Restore with the same one',
      where: 'java',
      command: 'java -XX:CRaCEngine={theirs} -XX:CRaCRestoreFrom=DIR',
    },
  ],
  samples: ['Image format does not match; saved image with engine criuengine, restoring with warp'],
});
