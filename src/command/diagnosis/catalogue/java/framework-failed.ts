import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_FRAMEWORK_FAILED',
  phase: 'both',
  title: 'A framework reports that the checkpoint or the restore failed',
  rank: 'envelope',
  signatures: [
    { text: /Failed to (?<what>take|restore) CRaC checkpoint on refresh/, confidence: 'likely' },
    { text: /File (?<path>\S+) was not closed by the application/, confidence: 'possible' },
  ],
  cause:
    'The framework only passes on that it did not work; why stands below it: in the lines "Suppressed: …" of the CheckpointException, of which this text has none that is known.',
  remedies: [
    {
      what: 'Let all of the stack be printed: the reasons are its suppressed exceptions, which some loggers cut off; and let Java say who opened what',
      where: 'spring',
      command:
        'java -Djdk.crac.collect-fd-stacktraces=true -Dspring.context.checkpoint=onRefresh -XX:CRaCCheckpointTo=DIR -jar app.jar 2>&1 | crac explain',
    },
    {
      what: 'Let Java list every open descriptor at the checkpoint',
      where: 'java',
      command:
        'java -XX:+UnlockDiagnosticVMOptions -XX:+CRaCPrintResourcesOnCheckpoint -XX:CRaCCheckpointTo=DIR … 2>&1 | crac explain',
    },
  ],
  samples: [
    'org.springframework.context.ApplicationContextException: Failed to take CRaC checkpoint on refresh',
    'org.springframework.context.ApplicationContextException: Failed to restore CRaC checkpoint on refresh',
  ],
});
