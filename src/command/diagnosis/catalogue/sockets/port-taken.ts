import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PORT_TAKEN',
  phase: 'restore',
  title: 'A port of the image is taken',
  signatures: [
    { file: 'sk-inet.c', text: /Can't bind inet socket \(id (?<id>\d+)\): Address already in use/ },
    { file: 'soccr.c', text: /Can't bind inet socket back: Address already in use/ },
  ],
  near: [/Restore:? .*\bport (?<port>[1-9]\d*) state TCP_LISTEN/, /\bport (?<port>[1-9]\d*) .*TCP_LISTEN/],
  explains: [/Unable to open fd=/],
  cause: 'Another program listens on the port[[ {port}]] that the image listens on.',
  remedies: [
    {
      what: 'Restore on another port',
      where: 'crac',
      command: 'crac restore IMAGE --listen {port|OLD}={port+1|NEW}',
      cost: 'clients must know the new port',
    },
    {
      what: 'Or end the program that has it; this names it',
      where: 'machine',
      command: "ss -ltnp[[ 'sport = :{port}']]",
    },
    {
      what: 'Or restore in a network namespace of its own',
      where: 'criu',
      command: "unshare --net sh -c 'ip link set lo up; criu restore …'",
      cost: 'reachable from outside only through a bridge or proxy',
    },
    { what: 'Or close the server before the checkpoint and listen after the restore', where: 'program' },
    {
      what: 'Close the server socket in beforeCheckpoint, open it in afterRestore; or by policy',
      where: 'java',
      command:
        '-Djdk.crac.resource-policies=/path/policies.yaml\ntype: socket\nlistening: true\naction: reopen',
    },
  ],
  samples: [
    "(00.017007)  20811: Error (criu/sk-inet.c:1059): inet: Can't bind inet socket (id 26): Address already in use\n(00.017031)  20811: Error (criu/files.c:1340): Unable to open fd=18 id=0x1a\n(00.017200) Error (criu/cr-restore.c:2397): Restoring FAILED.",
  ],
});
