import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_NOT_CONFIGURED',
  phase: 'checkpoint',
  title: 'Java was not told where to checkpoint to',
  signatures: [
    { text: /RuntimeException: C\/R is not configured/ },
    { text: /CRaCCheckpointTo is not specified/ },
  ],
  cause: 'Java was started without -XX:CRaCCheckpointTo.',
  remedies: [
    {
      what: 'Start it with a directory for the image',
      where: 'java',
      command: 'java -XX:CRaCCheckpointTo=DIR …',
    },
  ],
  samples: ['\tSuppressed: java.lang.RuntimeException: C/R is not configured'],
});
