import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_RESTORE_FAILED',
  phase: 'restore',
  title: 'The engine failed to restore Java',
  rank: 'envelope',
  signatures: [
    {
      text: /CRaC engine failed to restore from (?<dir>.+?)(?: \(error code |: error )(?<code>-?\d+)/,
      confidence: 'likely',
    },
  ],
  cause: 'The engine (CRIU) could not restore {dir} (error {code}); its own lines are not in this text.',
  remedies: [
    {
      what: 'Let it write a whole log, and explain that',
      where: 'java',
      command:
        "java -XX:CRaCEngineOptions=args='-v4 -o /tmp/restore.log' -XX:CRaCRestoreFrom={dir}\ncrac explain /tmp/restore.log",
    },
    {
      what: 'With an older Java',
      where: 'java',
      command: 'java -XX:CREngine=criuengine,verbosity=4,log-file=/tmp/restore.log -XX:CRaCRestoreFrom={dir}',
    },
  ],
  samples: [
    'CRaC engine failed to restore from cr (error code 1)',
    '[0.066s][error][crac] CRaC engine failed to restore from cr: error -1',
  ],
});
