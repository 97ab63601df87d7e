import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_OPENJ9_DISABLED',
  phase: 'checkpoint',
  title: 'OpenJ9 was started without its support for CRIU',
  signatures: [
    { text: /(?:CRaC or )?CRIU support is not enabled/ },
    { text: /-XX:\+EnableCRIUSupport and -XX:CRaCCheckpointTo=\S+ are not compatible/ },
    { text: /CWWKC0459E\b/, confidence: 'likely' },
  ],
  explains: [/CWWKC0453E|CWWKE0962E/],
  cause:
    'OpenJ9 makes checkpoints only with -XX:+EnableCRIUSupport (its own interface) or with -XX:CRaCCheckpointTo (CRaC), and not with both; other Java runtimes than OpenJ9 (Semeru) 11, 17 or later on Linux do not make them for Liberty at all.',
  remedies: [
    {
      what: 'Switch it on: the one or the other',
      where: 'java',
      command: 'java -XX:+EnableCRIUSupport …\njava -XX:CRaCCheckpointTo=DIR …',
    },
    {
      what: 'Liberty: take an image whose Java is OpenJ9; its scripts give the option',
      where: 'liberty',
      command: 'podman run --rm --entrypoint java IMAGE -version 2>&1 | grep OpenJ9',
    },
  ],
  samples: [
    'java.lang.UnsupportedOperationException: CRIU support is not enabled',
    'The command line options -XX:+EnableCRIUSupport and -XX:CRaCCheckpointTo=[DIR] are not compatible.',
    'CWWKC0453E: The server checkpoint request failed with the following message: CWWKC0459E: A checkpoint cannot be taken because the Java version used does not support checkpoint.',
  ],
});
