import { entry } from '../../entry.ts';

export default entry({
  code: 'GVISOR_RESTORE_FAILED',
  phase: 'restore',
  rank: 'symptom',
  title: 'gVisor: the sandbox did not come up from the checkpoint',
  signatures: [
    {
      text: /urpc method "containerManager\.(?<call>Restore|Checkpoint)" failed: (?<why>.+)/,
      confidence: 'likely',
    },
    { text: /restoring container "[^"]*": (?<why>(?!urpc|failed to load kernel).+)/, confidence: 'possible' },
  ],
  cause:
    'runsc asked its sandbox, and that answered with: {why}. The reason stands in the log of the sandbox (boot); known ones are another version of runsc, another platform or CPU, and another specification of the container than at the checkpoint.',
  remedies: [
    {
      what: 'Write the logs, and look into the one that ends in boot.txt',
      where: 'gvisor',
      command:
        'runsc --debug --debug-log=/tmp/runsc/ restore --image-path DIR NAME\ngrep -h -iE "panic|fatal|restor" /tmp/runsc/*boot*',
    },
    {
      what: 'Use the same runsc, platform and specification at both ends',
      where: 'gvisor',
      command: 'runsc --version\ncat DIR/../config.json | head -40',
    },
  ],
  samples: [
    'starting container: restoring container "ta-01": urpc method "containerManager.Restore" failed: EOF',
  ],
});
