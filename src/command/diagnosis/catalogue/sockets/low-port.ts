import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PORT_DENIED',
  phase: 'restore',
  title: 'A port of the image may not be listened on',
  signatures: [
    {
      file: 'sk-inet.c',
      text: /Can't bind inet socket \(id \d+\): (?:Permission denied|Operation not permitted)/,
    },
  ],
  explains: [/Unable to open fd=/],
  cause: 'The image listens on a port below 1024, which this user may not.',
  remedies: [
    {
      what: 'Restore on a higher port',
      where: 'crac',
      command: 'crac restore IMAGE --listen 80=8080',
      cost: 'clients must know the new port',
    },
    {
      what: 'Or allow low ports to everybody',
      where: 'machine',
      command: 'sudo sysctl net.ipv4.ip_unprivileged_port_start=80',
      cost: 'any user can then listen there',
    },
    { what: 'Or add the capability', where: 'container', command: 'docker run --cap-add NET_BIND_SERVICE …' },
  ],
  samples: [
    "(00.017007)  20811: Error (criu/sk-inet.c:1059): inet: Can't bind inet socket (id 26): Permission denied",
  ],
});
