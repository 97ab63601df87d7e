import { entry } from '../../entry.ts';
import { CREATED_BY, END, NEXT_LINE, OPEN_FILE, OPENED_BY } from '../../java-forms.ts';

export default entry({
  code: 'JAVA_OPEN_CGROUP',
  phase: 'checkpoint',
  title: 'A file of the kernel (cgroup, /proc, /sys) is open',
  signatures: [
    { text: new RegExp(`${OPEN_FILE}(?<path>/(?:sys/fs/cgroup|sys|proc)/\\S+)${END}`) },
    {
      text: /JVM: FD fd=(?<fd>\d+) type=\w+ path="(?<path>\/(?:sys|proc)\/[^"]+)".*BAD: opened by application/,
    },
  ],
  near: OPENED_BY,
  nearUntil: NEXT_LINE,
  nearFrom: CREATED_BY,
  cause:
    'The file {path} is open[[; {frame} opened it]]: it is made by the kernel, and metrics (Micrometer, agents, container support) read it over and over. Its place (a cgroup, a PID) can be another one at the restore.',
  remedies: [
    {
      what: 'Let Java close it, and open it where it is next needed, by a policy',
      where: 'java',
      command:
        "cat >policies.yaml <<'END'\ntype: file\npath: {path}\naction: reopen\nEND\njava -Djdk.crac.resource-policies=policies.yaml -XX:CRaCCheckpointTo=DIR …",
      cost: 'the path must be the same at the restore',
    },
    {
      what: 'If native code opened it (the line has no stack below it), let it stay open',
      where: 'java',
      command: 'java -XX:CRaCAllowedOpenFilePrefixes={path} -XX:CRaCCheckpointTo=DIR …',
      cost: 'the engine must find it again at the restore',
    },
    {
      what: 'Who opened it',
      where: 'java',
      command: 'java -Djdk.crac.collect-fd-stacktraces=true -XX:CRaCCheckpointTo=DIR …',
    },
  ],
  samples: [
    '\tSuppressed: jdk.crac.impl.CheckpointOpenFileException: FileDescriptor 12 left open: /sys/fs/cgroup/memory.stat (regular) Use -Djdk.crac.collect-fd-stacktraces=true to find the source.',
    '\tSuppressed: jdk.crac.impl.CheckpointOpenFileException: FD fd=9 type=regular path=/proc/self/stat',
  ],
});
