import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_OPENJ9_NOT_SAFE',
  phase: 'checkpoint',
  title: 'OpenJ9 found no moment at which it can stop',
  signatures: [
    {
      text: /unable to due to code being executed in @NotCheckpointSafe frames(?:\. Retry attempts: (?<tries>\d+))?/,
    },
  ],
  cause:
    'Some thread was always in code of Java that must not be frozen (class initialisation, locks, native work)[[; {tries} attempts were made]]: the program was busy while the checkpoint was asked for.',
  remedies: [
    {
      what: 'Ask again when the program is at rest, or let OpenJ9 try oftener and wait longer in between',
      where: 'java',
      command:
        'java -XX:+EnableCRIUSupport -XX:maxRetryForNotCheckpointSafe=1000 -XX:sleepMillisecondsForNotCheckpointSafe=20 …',
    },
    {
      what: 'Update the JDK: later releases mark fewer methods so',
      where: 'java',
      command: 'java -version',
    },
  ],
  samples: [
    'Exception in thread "main" org.eclipse.openj9.criu.JVMCheckpointException: The JVM attempted to checkpoint but was unable to due to code being executed in @NotCheckpointSafe frames. Retry attempts: 100',
  ],
});
