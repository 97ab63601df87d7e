import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_UNSUPPORTED',
  phase: 'checkpoint',
  title: 'This Java has no CRaC',
  signatures: [
    { text: /UnsupportedOperationException.*\bcrac\b/i },
    {
      text: /UnsupportedOperationException/,
      with: /org\.crac\.|jdk\.crac\.|checkpointRestore/,
      confidence: 'likely',
    },
    { text: /Unrecognized VM option 'CRaC\w+/ },
    { text: /(?:ClassNotFoundException|NoClassDefFoundError): (?:javax|jdk)[./]crac[./]\w+/ },
  ],
  cause: 'This Java runtime does not implement CRaC.',
  remedies: [
    {
      what: 'Use one that does (Azul Zulu with CRaC, BellSoft Liberica with CRaC)',
      where: 'java',
      command: 'java -XX:+PrintFlagsFinal -version | grep CRaC',
    },
  ],
  samples: [
    'Exception in thread "main" java.lang.UnsupportedOperationException\n\tat org.crac.Core.checkpointRestore(Core.java:75)',
    "Unrecognized VM option 'CRaCCheckpointTo=cr'",
    'Exception in thread "main" java.lang.ClassNotFoundException: jdk.crac.Core',
  ],
});
