import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_RESTORE_OPTION',
  phase: 'restore',
  title: 'An option cannot be given at a restore',
  signatures: [
    {
      text: /The JVM could not (?<what>load the options file|enable all the restore options specified)/,
      confidence: 'likely',
    },
    { text: /VM Option '(?<option>[^']+)' cannot be changed/ },
    {
      text: /The JVM could not enable (?<option>\S+) in the restore option file because -XX:\+DebugOnRestore/,
    },
    { text: /VM option '(?<option>[^']+)' is not restore-settable and is not available on restore/ },
  ],
  cause:
    'The option {option|(of the file of options)} is fixed at the checkpoint and cannot be given at the restore[[; OpenJ9 could not {what}]].',
  remedies: [
    {
      what: 'Give it when the checkpoint is made',
      where: 'java',
      command: 'java -XX:{option} -XX:CRaCCheckpointTo=DIR …',
    },
    {
      what: 'See which can be given',
      where: 'java',
      command: 'java -XX:+PrintFlagsFinal -version | grep -i crac',
    },
  ],
  samples: ["VM option 'MaxHeapSize' is not restore-settable and is not available on restore"],
});
