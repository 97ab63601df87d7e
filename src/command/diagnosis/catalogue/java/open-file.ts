import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_OPEN_FILE',
  phase: 'checkpoint',
  title: 'A Java program has a file open',
  signatures: [
    {
      text: /CheckpointOpenFileException: (?:(?:FileDescriptor|FD) (?<fd>\d+) left open: |FD fd=(?<fd2>\d+) type=(?<kind2>\S+) path=)?(?<path>\S.*?)(?: \((?<kind>[\w ]+)\))?(?:\s+Use -Djdk\.crac\.collect-fd-stacktraces=true to find the source\.?)?$/,
    },
  ],
  near: [
    /This file descriptor was created by (?<thread>.+?) at epoch:\d+ here/,
    /^\s*at (?!java\.|jdk\.|sun\.|javax\.)(?<frame>\S+\([^)]*\))/,
  ],
  nearUntil: /^(?:Suppressed: |Cause \d+\/\d+)/,
  cause: 'The file {path} is open[[ (descriptor {fd})]][[; thread {thread} opened it]][[ in {frame}]].',
  remedies: [
    {
      what: 'Close it in beforeCheckpoint of a jdk.crac.Resource, open it in afterRestore; to see who opened it, start with',
      where: 'java',
      command: 'java -Djdk.crac.collect-fd-stacktraces=true -XX:CRaCCheckpointTo=DIR …',
    },
    {
      what: 'Or by a policy, without touching the code',
      where: 'java',
      command:
        "cat >policies.yaml <<'END'\ntype: file\npath: {path}\naction: reopen\nEND\njava -Djdk.crac.resource-policies=policies.yaml -XX:CRaCCheckpointTo=DIR …",
      cost: 'the file must be there at the restore',
    },
    {
      what: 'A file that native code opened may stay open by its path',
      where: 'java',
      command: 'java -XX:CRaCAllowedOpenFilePrefixes={path} …',
      cost: 'it must be unchanged at the restore',
    },
  ],
  samples: [
    '\t\tSuppressed: jdk.internal.crac.mirror.impl.CheckpointOpenFileException: FileDescriptor 4 left open: /foo/bar (regular) Use -Djdk.crac.collect-fd-stacktraces=true to find the source.\n\t\t\tat java.base/jdk.internal.crac.mirror.Core.translateJVMExceptions(Core.java:117)',
    '\tSuppressed: jdk.crac.impl.CheckpointOpenFileException: /tmp/app.log',
    '\tSuppressed: jdk.crac.impl.CheckpointOpenFileException: FD fd=5 type=regular path=/var/log/my app.log',
    'An exception during a checkpoint operation:\njdk.crac.CheckpointException\n\tat java.base/jdk.crac.Core.checkpointRestore1(Core.java:129)\n\tSuppressed: jdk.crac.impl.CheckpointOpenFileException: FileDescriptor 4 left open: /foo/bar (regular) Use -Djdk.crac.collect-fd-stacktraces=true to find the source.\n\tCaused by: java.lang.Exception: This file descriptor was created by main at epoch:1684328308663 here\n\t\tat java.base/java.io.FileDescriptor$Resource.<init>(FileDescriptor.java:60)\n\t\tat com.example.Main.main(Main.java:12)',
  ],
});
