import { entry } from '../../entry.ts';

export default entry({
  code: 'LIBERTY_RESTORE_FAILED',
  phase: 'restore',
  title: 'Open Liberty could not restore its checkpoint',
  rank: 'envelope',
  signatures: [{ text: /CWWKE096[14]E?I?: (?<said>.*)/, confidence: 'likely' }],
  near: [/(?<![\w/.-])(?<log>\/\S*restore\.log)/],
  cause:
    'Open Liberty could not restore its checkpoint and starts without it; why stands in {log|/logs/checkpoint/restore.log}.',
  remedies: [
    {
      what: 'Explain that log',
      where: 'container',
      command: 'crac explain {log|/logs/checkpoint/restore.log}',
    },
    {
      what: 'The least that Liberty needs',
      where: 'container',
      command:
        'podman run --cap-add CHECKPOINT_RESTORE --cap-add SETPCAP --security-opt seccomp=criuRequiredSysCalls.json -v /proc/sys/kernel/ns_last_pid:/proc/sys/kernel/ns_last_pid …',
    },
  ],
  samples: [
    'CWWKE0964E: Restoring the checkpoint server process failed. Check the /logs/checkpoint/restore.log log to determine why the checkpoint process was not restored. Launching the server without using the checkpoint image.',
  ],
});
