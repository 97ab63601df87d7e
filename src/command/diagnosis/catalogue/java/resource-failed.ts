import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_RESOURCE_FAILED',
  phase: 'both',
  title: 'A resource of the Java program threw',
  rank: 'symptom',
  signatures: [
    {
      text: /^Suppressed: (?<exception>(?!.*(?:Checkpoint\w*Exception|RestoreException|Native checkpoint failed|C\/R is not configured))[\w.$]+(?:Exception|Error)(?:: .*)?)$/,
      with: /CheckpointException|RestoreException/,
      confidence: 'likely',
    },
  ],
  near: [/^\s*at (?!java\.|jdk\.|sun\.|javax\.|org\.crac)(?<frame>\S+\([^)]*\))/],
  nearUntil: /^(?:Suppressed: |Cause \d+\/\d+)/,
  cause: 'beforeCheckpoint or afterRestore of a resource threw {exception}[[ in {frame}]].',
  remedies: [
    {
      what: 'Mend that method: the stack below the line names it; every other resource has been notified all the same',
      where: 'java',
    },
  ],
  samples: [
    'jdk.crac.CheckpointException\n\tat java.base/jdk.crac.Core.checkpointRestore1(Core.java:129)\n\tSuppressed: java.lang.IllegalArgumentException: pool is busy\n\t\tat com.example.Pool.beforeCheckpoint(Pool.java:44)',
  ],
});
