import { entry } from '../../entry.ts';
import { CREATED_BY, END, NEXT_LINE, OPEN_FILE, OPENED_BY } from '../../java-forms.ts';

export default entry({
  code: 'JAVA_OPEN_JAR',
  phase: 'checkpoint',
  title: 'A jar is open that is not on the class path',
  signatures: [
    { text: new RegExp(`${OPEN_FILE}(?<path>\\S(?:.*?)\\.(?:jar|war|zip|jmod))${END}`) },
    { text: /File (?<path>\S.*?\.(?:jar|war|zip)) was not closed by the application/ },
    {
      text: /JVM: FD fd=(?<fd>\d+) type=\w+ path="(?<path>[^"]+\.(?:jar|war|zip|jmod))".*BAD: opened by application/,
    },
  ],
  near: OPENED_BY,
  nearUntil: NEXT_LINE,
  nearFrom: CREATED_BY,
  cause:
    'The jar {path} is open[[; {frame} opened it]]. Java saves those of the class path itself; an agent (-javaagent), a class loader of a plugin or a server, and a library that unpacks its own code keep others open.',
  remedies: [
    {
      what: 'Let Java close it and open it again after the restore, by a policy',
      where: 'java',
      command:
        "cat >policies.yaml <<'END'\ntype: file\npath: {path}\naction: reopen\nEND\njava -Djdk.crac.resource-policies=policies.yaml -XX:CRaCCheckpointTo=DIR …",
      cost: 'the jar must be there at the restore',
    },
    {
      what: 'If the JVM or native code opened it (an agent; the line has no stack below it), let it stay open',
      where: 'java',
      command: 'java -XX:CRaCAllowedOpenFilePrefixes={path} -XX:CRaCCheckpointTo=DIR …',
      cost: 'the jar must be unchanged at the restore',
    },
    {
      what: 'Or make the checkpoint without the agent, or put the jar on the class path',
      where: 'java',
      command: 'java -cp app.jar:{path} -XX:CRaCCheckpointTo=DIR …',
    },
  ],
  samples: [
    '\tSuppressed: jdk.crac.impl.CheckpointOpenFileException: FileDescriptor 6 left open: /opt/agent/agent.jar (regular) Use -Djdk.crac.collect-fd-stacktraces=true to find the source.',
    '2023-11-07T12:38:55.452+01:00  WARN 115571 --- [           main] jdk.crac                                 : File agent.jar was not closed by the application.',
    '\tSuppressed: jdk.internal.crac.mirror.impl.CheckpointOpenFileException: /app/lib/driver.jar',
  ],
});
