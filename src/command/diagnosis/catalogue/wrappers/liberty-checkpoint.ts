import { entry } from '../../entry.ts';

export default entry({
  code: 'LIBERTY_CHECKPOINT_FAILED',
  phase: 'checkpoint',
  title: 'Open Liberty could not make its checkpoint',
  rank: 'envelope',
  signatures: [
    {
      text: /CWWK(?:C0453|E0962)E: (?:The server checkpoint request failed with the following message: )?(?<said>.*)/,
      confidence: 'likely',
    },
    { text: /Could not dump the JVM process\w*, err=(?<errno>-?\d+)/, confidence: 'likely' },
  ],
  near: [/(?<![\w/.-])(?<log>\/\S*checkpoint\.log)/],
  cause:
    'Open Liberty, or the OpenJ9 under it, says that the checkpoint failed[[ ({said})]]; why stands in the log of the engine, {log|/logs/checkpoint/checkpoint.log}.',
  remedies: [
    {
      what: 'Explain that log',
      where: 'liberty',
      command: 'crac explain {log|/logs/checkpoint/checkpoint.log}',
    },
    {
      what: 'The least that a checkpoint needs is more than a restore does; build the image with it, as root',
      where: 'liberty',
      command:
        'sudo podman build --cap-add CHECKPOINT_RESTORE --cap-add SYS_PTRACE --cap-add SETPCAP --security-opt seccomp=unconfined -t app .',
      cost: 'while it is built, the container may make any system call',
    },
  ],
  samples: [
    '[ERROR   ] CWWKC0453E: The server checkpoint request failed with the following message: Could not dump the JVM processes, err=-52',
    'CWWKE0962E: The server checkpoint request failed. The following output is from the /logs/checkpoint/checkpoint.log file that contains details on why the checkpoint failed.',
  ],
});
