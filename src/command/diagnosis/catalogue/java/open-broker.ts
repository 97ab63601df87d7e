import { entry } from '../../entry.ts';
import { CREATED_BY, NEXT_LINE, OPENED_BY, openConnection } from '../../java-forms.ts';

const PORTS =
  '(?<port>9092|9093|9094|5671|5672|61613|61616|1883|8883|4222|6379|6380|11211|55443|55555|2181|6650)';

export default entry({
  code: 'JAVA_OPEN_BROKER',
  phase: 'checkpoint',
  title: 'A connection to a message broker or cache is open',
  signatures: openConnection(PORTS),
  near: OPENED_BY,
  nearUntil: NEXT_LINE,
  nearFrom: CREATED_BY,
  cause:
    'A connection to a broker or cache (port {port}; Kafka 9092, RabbitMQ 5672, Redis 6379, MQTT 1883, ActiveMQ 61616, Solace 55443) is open: {socket}[[; {frame} opened it]].',
  remedies: [
    {
      what: 'Spring: listener containers and Lettuce stop with the life cycle (Spring Boot 3.2 and later); what connects while the program starts (health checks, admin clients, producers, binders) must wait, or be of a version that stops too',
      where: 'spring',
      command:
        'java -Dspring.kafka.admin.auto-create=false -Dspring.kafka.listener.auto-startup=false \\\n  -Dspring.rabbitmq.dynamic=false -Dspring.context.checkpoint=onRefresh -XX:CRaCCheckpointTo=DIR -jar app.jar',
      cost: 'topics and queues are not made at the start, and listeners start when the program starts them',
    },
    {
      what: 'Micronaut: micronaut-crac closes Redis clients and caches; others by an OrderedResource of your own',
      where: 'micronaut',
      command: './gradlew dependencies | grep micronaut-crac',
    },
    {
      what: 'Close the client in beforeCheckpoint of a jdk.crac.Resource and make it anew in afterRestore; to see who opened it, start with',
      where: 'java',
      command: 'java -Djdk.crac.collect-fd-stacktraces=true -XX:CRaCCheckpointTo=DIR …',
    },
  ],
  samples: [
    '\tSuppressed: jdk.internal.crac.mirror.impl.CheckpointOpenSocketException: java.nio.channels.SocketChannel[connected local=/172.18.0.4:53678 remote=kafka/172.18.0.3:9092]',
    '\tSuppressed: sun.nio.ch.EPollSelectorImpl$BusySelectorException: Selector sun.nio.ch.EPollSelectorImpl@7534785a has registered keys from channels: [java.nio.channels.SocketChannel[connected local=/192.168.5.1:53678 remote=broker.solace.cloud/10.241.78.37:55443]]',
    '\tSuppressed: jdk.crac.impl.CheckpointOpenSocketException: Socket[addr=localhost/127.0.0.1,port=5672,localport=51000]',
  ],
});
