import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_LISTEN',
  phase: 'restore',
  title: 'The program cannot listen again where it did',
  signatures: [{ text: /\bcannot listen again on (?<address>\S+): (?<error>[A-Z]+ \([^)]+\))/ }],
  cause:
    'The program of the image listens on {address} (a port or a path), and the kernel did not give that to this copy ({error}): somebody has it, this machine has no such address, or a port below 1024 is not for this user.',
  remedies: [
    { what: 'See who has it', where: 'machine', command: 'ss -lntxp' },
    { what: 'Restore on another port', where: 'crac', command: 'crac restore IMAGE --listen OLD=NEW' },
    {
      what: 'For a port below 1024 as an ordinary user',
      where: 'machine',
      command: 'sysctl -w net.ipv4.ip_unprivileged_port_start=80',
      cost: 'any user of this network namespace can listen there then',
    },
  ],
  samples: ['crac: cannot listen again on 3000: EADDRINUSE (address already in use).'],
});
