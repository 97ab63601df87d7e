import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_NATIVE_FAILED',
  phase: 'checkpoint',
  title: 'The engine failed under Java',
  rank: 'envelope',
  signatures: [
    { text: /JVM: invalid info for restore provided: queued code -?\d+/, confidence: 'likely' },
    { text: /RuntimeException: Native checkpoint failed/, confidence: 'likely' },
    { text: /CRIU failed with exit code (?<code>-?\d+) - check (?<log>\S+)/, confidence: 'likely' },
    {
      text: /CRIU has not properly exited, waitpid status was (?<code>-?\d+) - check (?<log>\S+)/,
      confidence: 'likely',
    },
    { text: /CRaC engine failed to checkpoint to (?<dir>.+?): error (?<code>-?\d+)/, confidence: 'likely' },
    {
      text: /^\s*(?:Exception in thread "[^"]*" )?(?:jdk|javax|org)\.crac\.(?:Checkpoint)Exception\s*$/,
      confidence: 'possible',
    },
  ],
  near: [
    /CRIU failed with exit code (?<code>-?\d+) - check (?<log>\S+)/,
    /CR: Checkpoint (?<dir>\S*[\w/]\S*)/,
  ],
  cause:
    'The engine (CRIU) could not dump the Java process[[ (exit code {code})]]; why stands in its log, {log|dump4.log in the directory that -XX:CRaCCheckpointTo names}.',
  remedies: [
    { what: 'Explain that log', where: 'java', command: 'crac explain {log|DIR/dump4.log}' },
    {
      what: 'If there is none, the engine did not start at all: it must be owned by root, with the SUID bit',
      where: 'java',
      command:
        'ls -la "$JAVA_HOME/lib/criu"\nsudo chown root:root "$JAVA_HOME/lib/criu"\nsudo chmod u+s "$JAVA_HOME/lib/criu"',
      cost: "anybody who may run it gets root's rights in it",
    },
    {
      what: 'In a container the checkpoint needs privileges (a restore by root does not)',
      where: 'container',
      command:
        'docker run --cap-add CHECKPOINT_RESTORE --cap-add SYS_PTRACE --cap-add SYS_ADMIN --security-opt seccomp=unconfined …',
      cost: 'CAP_SYS_ADMIN is nearly root',
    },
  ],
  samples: [
    'CR: Checkpoint ...\nJVM: invalid info for restore provided: queued code -1\nException in thread "main" jdk.crac.CheckpointException\n\tat java.base/jdk.crac.Core.checkpointRestore1(Core.java:122)\n\tat java.base/jdk.crac.Core.checkpointRestore(Core.java:231)',
    'CRIU failed with exit code 1 - check /app/cr/dump4.log',
    '\tSuppressed: java.lang.RuntimeException: Native checkpoint failed.',
  ],
});
