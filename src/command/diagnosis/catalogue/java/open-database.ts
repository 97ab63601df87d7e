import { entry } from '../../entry.ts';
import { CREATED_BY, NEXT_LINE, OPENED_BY, openConnection } from '../../java-forms.ts';

const PORTS = '(?<port>5432|6432|3306|33060|4000|1433|1521|1522|27017|9042|50000|26257)';

export default entry({
  code: 'JAVA_OPEN_DATABASE',
  phase: 'checkpoint',
  title: 'A connection to a database is open',
  signatures: openConnection(PORTS),
  near: OPENED_BY,
  nearUntil: NEXT_LINE,
  nearFrom: CREATED_BY,
  cause:
    'A connection to a database (port {port}) is open: {socket}[[; {frame} opened it]]. A pool must give its connections up before the checkpoint and make new ones after the restore.',
  remedies: [
    {
      what: 'HikariCP with Spring Boot 3.2 or later: the pool is emptied only where it may be suspended; and at a checkpoint "onRefresh" nothing may ask the database while the program starts',
      where: 'spring',
      command:
        'java -Dspring.datasource.hikari.allow-pool-suspension=true \\\n  -Dspring.sql.init.mode=never -Dspring.jpa.hibernate.ddl-auto=none \\\n  -Dspring.jpa.properties.hibernate.boot.allow_jdbc_metadata_access=false \\\n  -Dspring.context.checkpoint=onRefresh -XX:CRaCCheckpointTo=DIR -jar app.jar',
      cost: 'without metadata Hibernate must be told its dialect (spring.jpa.database-platform)',
    },
    {
      what: 'Micronaut: micronaut-crac empties a HikariCP pool that may be suspended',
      where: 'micronaut',
      command: 'java -Ddatasources.default.allow-pool-suspension=true -XX:CRaCCheckpointTo=DIR -jar app.jar',
    },
    {
      what: 'Quarkus: its pool (Agroal) takes no part by itself: flush it in beforeCheckpoint of a Resource, and start without connections',
      where: 'quarkus',
      command:
        'java -Dquarkus.datasource.jdbc.initial-size=0 -Dquarkus.datasource.jdbc.min-size=0 -XX:CRaCCheckpointTo=DIR -jar quarkus-run.jar',
    },
    {
      what: 'Close the pool in beforeCheckpoint of a jdk.crac.Resource and make it anew in afterRestore; to see who opened the connection, start with',
      where: 'java',
      command: 'java -Djdk.crac.collect-fd-stacktraces=true -XX:CRaCCheckpointTo=DIR …',
    },
  ],
  samples: [
    '\tSuppressed: jdk.internal.crac.mirror.impl.CheckpointOpenSocketException: Socket[addr=db.example.com/10.2.99.190,port=3306,localport=48524]',
    '\tSuppressed: jdk.internal.crac.mirror.impl.CheckpointOpenSocketException: java.nio.channels.SocketChannel[connected local=/127.0.0.1:42424 remote=/127.0.0.1:5432]',
    '\tSuppressed: jdk.crac.impl.CheckpointOpenSocketException: tcp6 localAddr ::1 localPort 40022 remoteAddr ::1 remotePort 27017',
  ],
});
