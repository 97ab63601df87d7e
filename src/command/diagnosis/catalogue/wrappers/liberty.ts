import { entry } from '../../entry.ts';

export default entry({
  code: 'LIBERTY_RESTORE_FAILED',
  phase: 'restore',
  title: 'Open Liberty could not restore its checkpoint',
  rank: 'envelope',
  signatures: [
    { text: /CWWKE09(?:57|61|64)[EI]: (?<said>.*)/, confidence: 'likely' },
    {
      text: /CWWKC045[45]E: (?:The server failed to restore from a checkpoint|An unknown error occurred) with the following message: (?!CWWK)(?<said>.*)/,
      confidence: 'likely',
    },
  ],
  near: [/(?<recovers>without using the checkpoint image)/, /(?<![\w/.-])(?<log>\/\S*restore\.log)/],
  cause:
    'Open Liberty could not restore its checkpoint[[ and starts {recovers}]]; why stands in {log|/logs/checkpoint/restore.log}.',
  remedies: [
    {
      what: 'Explain that log',
      where: 'liberty',
      command: 'crac explain {log|/logs/checkpoint/restore.log}',
    },
    {
      what: 'Where the container is gone with its log: let the server start all the same, and read the log in it',
      where: 'liberty',
      command:
        'podman run -e CRIU_RESTORE_DISABLE_RECOVERY=false …\npodman exec NAME cat /logs/checkpoint/restore.log',
    },
    {
      what: 'The least that Liberty needs',
      where: 'liberty',
      command:
        'podman run --cap-add CHECKPOINT_RESTORE --cap-add SETPCAP --security-opt seccomp=criuRequiredSysCalls.json -v /proc/sys/kernel/ns_last_pid:/proc/sys/kernel/ns_last_pid …',
    },
  ],
  samples: [
    'CWWKE0964E: Restoring the checkpoint server process failed. Check the /logs/checkpoint/restore.log log to determine why the checkpoint process was not restored. Launching the server without using the checkpoint image.',
  ],
});
