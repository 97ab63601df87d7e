import { entry } from '../../entry.ts';
import { CREATED_BY, END, NEXT_LINE, OPEN_SOCKET, OPENED_BY } from '../../java-forms.ts';

export default entry({
  code: 'JAVA_OPEN_LISTENER',
  phase: 'checkpoint',
  title: 'The server of a Java program still listens',
  signatures: [
    {
      text: new RegExp(
        `${OPEN_SOCKET}(?<socket>.*?(?:localPort (?<port>\\d+) remoteAddr \\S+ remotePort 0|ServerSocket\\[.*localport=(?<port2>\\d+)\\]|ServerSocketChannel(?:Impl)?\\[\\S*?:(?<port3>\\d+)\\]|local \\S*?:(?<port4>\\d+) remote not bound))${END}`,
      ),
    },
  ],
  near: OPENED_BY,
  nearUntil: NEXT_LINE,
  nearFrom: CREATED_BY,
  explains: [/BusySelectorException|IllegalSelectorException/],
  cause:
    "Nobody closed the listening socket at port {port} ({socket})[[; {frame} opened it]]: the server's framework takes no part in the checkpoint.",
  remedies: [
    {
      what: 'Spring Boot: 3.2 or later with the dependency org.crac:crac, or its server is not stopped; spring.context.checkpoint is a property of Java (-D), not of application.yml',
      where: 'spring',
      command: 'java -Dspring.context.checkpoint=onRefresh -XX:CRaCCheckpointTo=DIR -jar app.jar',
    },
    {
      what: 'Quarkus: 2.10 or later; extensions with servers of their own (gRPC, management) need a version that knows CRaC',
      where: 'quarkus',
      command: 'java -XX:CRaCCheckpointTo=DIR -jar target/quarkus-app/quarkus-run.jar',
    },
    {
      what: 'Micronaut: the dependency io.micronaut.crac:micronaut-crac, which stops its Netty server',
      where: 'micronaut',
      command: './gradlew dependencies | grep micronaut-crac',
    },
    {
      what: 'A server of your own: stop it in beforeCheckpoint of a jdk.crac.Resource, start it in afterRestore; to see who opened it, start with',
      where: 'java',
      command: 'java -Djdk.crac.collect-fd-stacktraces=true -XX:CRaCCheckpointTo=DIR …',
    },
    {
      what: 'Or let Java close and open it, without touching the code',
      where: 'java',
      command:
        "cat >policies.yaml <<'END'\ntype: socket\nlocalPort: {port}\naction: reopen\nEND\njava -Djdk.crac.resource-policies=policies.yaml -XX:CRaCCheckpointTo=DIR …",
    },
  ],
  samples: [
    '\tSuppressed: jdk.crac.impl.CheckpointOpenSocketException: tcp6 localAddr :: localPort 8080 remoteAddr :: remotePort 0',
    '\tSuppressed: jdk.crac.impl.CheckpointOpenSocketException: sun.nio.ch.ServerSocketChannelImpl[/[0:0:0:0:0:0:0:0]:8080]',
    '\tSuppressed: jdk.crac.impl.CheckpointOpenSocketException: ServerSocket[addr=0.0.0.0/0.0.0.0,localport=9090]',
    '\tSuppressed: jdk.crac.impl.CheckpointOpenSocketException: FileDescriptor 12 left open: tcp6 local /[0:0:0:0:0:0:0:0]:8080 remote not bound',
  ],
});
