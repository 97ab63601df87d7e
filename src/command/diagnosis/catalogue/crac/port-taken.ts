import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_PORT_TAKEN',
  phase: 'restore',
  title: 'A port of the image is taken',
  signatures: [{ text: /\bport (?<port>\d+) is taken \((?<address>\S+) is being listened on\)/ }],
  cause:
    'Another program listens on {address}, where the image listens too; CRIU would restore it all the same, and the newest copy would silently get every connection.',
  remedies: [
    {
      what: 'Restore on another port',
      where: 'crac',
      command: 'crac restore IMAGE --listen {port}={port+1}',
      cost: 'clients must know the new port',
    },
    {
      what: 'Or end the program that has it; this names it',
      where: 'machine',
      command: "ss -ltnp 'sport = :{port}'",
    },
  ],
  samples: ['crac: port 3000 is taken (0.0.0.0:3000 is being listened on). Restore on another port with'],
});
