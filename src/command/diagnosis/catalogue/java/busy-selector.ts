import { entry } from '../../entry.ts';

export default entry({
  code: 'JAVA_BUSY_SELECTOR',
  phase: 'checkpoint',
  title: 'A Java selector still has channels',
  signatures: [{ text: /(?:BusySelectorException|IllegalSelectorException)(?:: (?<detail>.*?))?\s*$/ }],
  cause: 'A selector still has registered channels[[: {detail}]].',
  remedies: [
    {
      what: "Stop the server (Netty, Jetty, Tomcat) in beforeCheckpoint: close its channels, then call selectNow() so that their keys go; or use a framework's version with CRaC (Spring Boot 3.2, Quarkus 2.10, Micronaut CRaC)",
      where: 'java',
    },
  ],
  samples: [
    '\tSuppressed: sun.nio.ch.EPollSelectorImpl$BusySelectorException: Selector sun.nio.ch.EPollSelectorImpl@2a139a55 has registered keys from channels: [java.nio.channels.SocketChannel[connected local=/127.0.0.1:8080]]',
    '\tSuppressed: java.nio.channels.IllegalSelectorException',
  ],
});
