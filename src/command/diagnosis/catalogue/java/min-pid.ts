import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_MIN_PID',
  phase: 'start',
  title: 'Java cannot raise its PID',
  signatures: [
    { text: /Can't adjust PID to min PID (?<wanted>\d+), current PID (?<pid>\d+)/ },
    { text: /spin_last_pid: Can't reach pid (?<wanted>\d+), out of try count\. Current pid=(?<pid>\d+)/ },
  ],
  cause:
    'Java runs with PID {pid} and could not get one above {wanted}, which later restores in a container need: ns_last_pid is not writable and making processes until then did not work.',
  remedies: [
    {
      what: 'Allow it',
      where: 'container',
      command: 'docker run --cap-add CHECKPOINT_RESTORE --security-opt systempaths=unconfined …',
      cost: 'the container sees and may write more of /proc',
    },
    {
      what: 'Or do without, where the restore has PIDs of its own',
      where: 'java',
      command: 'java -XX:CRaCMinPid=1 -XX:CRaCCheckpointTo=DIR …',
      cost: 'a restore in a small container can fail with "File exists"',
    },
  ],
  samples: ["Error: Can't adjust PID to min PID 128, current PID 1"],
});
