import { entry } from '../../entry.ts';

const INODES = 'anon_inode:\\[(?<kind>eventpoll|eventfd|timerfd)\\]';
const ONE = new RegExp(`CheckpointOpenResourceException: FD fd=\\d+ type=\\w+ path=${INODES}`);
const PRINTED = new RegExp(`JVM: FD fd=\\d+ type=\\w+ path="${INODES}".*BAD: opened by application`);

const ALL_THREE = ['eventpoll', 'eventfd', 'timerfd'].map((kind) => new RegExp(`anon_inode:\\[${kind}\\]`));

export default entry({
  code: 'JAVA_NATIVE_EVENT_LOOP',
  phase: 'checkpoint',
  title: "Netty's native event loop is running",
  signatures: [
    { text: ONE, with: ALL_THREE },
    { text: PRINTED, with: ALL_THREE },
    { text: ONE, confidence: 'likely' },
    { text: PRINTED, confidence: 'likely' },
  ],
  explains: [new RegExp(INODES)],
  cause:
    "Native code of the program has an {kind} open; an epoll, an eventfd and a timerfd together are an event loop of Netty's native transport (epoll), which Java does not know and cannot close.",
  remedies: [
    {
      what: "Let Netty use Java's own selectors (NIO), which take part in the checkpoint; each property belongs to one library, the others do nothing",
      where: 'java',
      command:
        'java -Dio.netty.transport.noNative=true -Dreactor.netty.native=false \\\n  -Dio.grpc.netty.shaded.io.netty.transport.noNative=true -Dio.lettuce.core.epoll=false -XX:CRaCCheckpointTo=DIR …',
      cost: 'NIO is somewhat slower under load',
    },
    {
      what: 'Quarkus and Vert.x',
      where: 'quarkus',
      command:
        'java -Dquarkus.vertx.prefer-native-transport=false -XX:CRaCCheckpointTo=DIR -jar quarkus-run.jar',
      cost: 'NIO is somewhat slower under load',
    },
    {
      what: 'Micronaut',
      where: 'micronaut',
      command:
        'java -Dmicronaut.netty.event-loops.default.prefer-native-transport=false -XX:CRaCCheckpointTo=DIR -jar app.jar',
      cost: 'NIO is somewhat slower under load',
    },
    {
      what: 'Reactor Netty in Spring (WebFlux, WebClient): also let Spring own its resources, and take Spring Framework 6.1.9 or later',
      where: 'spring',
      command:
        'java -Dreactor.netty.native=false -Dspring.context.checkpoint=onRefresh -XX:CRaCCheckpointTo=DIR -jar app.jar',
    },
  ],
  samples: [
    '\tSuppressed: jdk.crac.impl.CheckpointOpenResourceException: FD fd=22 type=unknown path=anon_inode:[timerfd]\n\t\tat java.base/jdk.crac.Core.translateJVMExceptions(Core.java:122)\n\tSuppressed: jdk.crac.impl.CheckpointOpenResourceException: FD fd=23 type=unknown path=anon_inode:[eventpoll]\n\tSuppressed: jdk.crac.impl.CheckpointOpenResourceException: FD fd=24 type=unknown path=anon_inode:[eventfd]',
    'JVM: FD fd=14 type=unknown path="anon_inode:[eventpoll]" BAD: opened by application\nJVM: FD fd=15 type=unknown path="anon_inode:[eventfd]" BAD: opened by application',
  ],
});
