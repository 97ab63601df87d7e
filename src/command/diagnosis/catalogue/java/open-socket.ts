import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_OPEN_SOCKET',
  phase: 'checkpoint',
  title: 'A Java program has a socket open',
  signatures: [
    {
      text: /CheckpointOpenSocketException: (?<socket>\S.*?)(?:\s+Use -Djdk\.crac\.collect-fd-stacktraces=true to find the source\.?)?$/,
    },
  ],
  near: [
    /This file descriptor was created by (?<thread>.+?) at epoch:\d+ here/,
    /^\s*at (?!java\.|jdk\.|sun\.|javax\.)(?<frame>\S+\([^)]*\))/,
  ],
  nearUntil: /^(?:Suppressed: |Cause \d+\/\d+)/,
  cause: 'A socket is open: {socket}[[; thread {thread} opened it]][[ in {frame}]].',
  remedies: [
    {
      what: 'Stop the server or close the connection in beforeCheckpoint of a jdk.crac.Resource, open it in afterRestore (Spring Boot 3.2, Quarkus and Micronaut do it for their own); to see who opened it, start with',
      where: 'java',
      command: 'java -Djdk.crac.collect-fd-stacktraces=true -XX:CRaCCheckpointTo=DIR …',
    },
    {
      what: 'Or by a policy, without touching the code',
      where: 'java',
      command:
        "cat >policies.yaml <<'END'\ntype: socket\naction: close\nEND\njava -Djdk.crac.resource-policies=policies.yaml -XX:CRaCCheckpointTo=DIR …",
      cost: 'whoever uses it later gets an exception; `action: reopen` works for listening sockets',
    },
  ],
  samples: [
    '\tSuppressed: jdk.crac.impl.CheckpointOpenSocketException: tcp6 localAddr :: localPort 42424 remoteAddr 10.0.0.2 remotePort 8443',
    '\tSuppressed: jdk.internal.crac.mirror.impl.CheckpointOpenSocketException: java.nio.channels.SocketChannel[connected local=/127.0.0.1:42424 remote=/127.0.0.1:8443]',
  ],
});
