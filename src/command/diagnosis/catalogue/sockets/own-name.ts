import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_OWN_SOCKET',
  phase: 'both',
  title: 'Two engines at once wanted the same name for their own socket',
  signatures: [
    {
      file: ['fdstore.c', 'pidfd-store.c', 'files.c', 'infect.c', 'parasite-syscall.c', 'namespaces.c'],
      text: /(?:Unable to bind a socket|Can't bind (?:transport )?socket(?: (?<name>\S+))?|Can't make usernsd socket): Address already in use/,
    },
  ],
  cause:
    'The engine makes a socket with a name of its own (@criu-…, @/crtools-…[[: {name}]]) in the network namespace, and another checkpoint or restore that runs there just now has it; CRIU below 3.16 takes the same name for copies of one image.',
  remedies: [
    { what: 'One after the other', where: 'criu', command: 'flock /run/criu.lock criu restore …' },
    {
      what: 'Or each in a network namespace of its own',
      where: 'criu',
      command: "unshare --net sh -c 'ip link set lo up; criu restore …'",
      cost: 'reachable from outside only through a bridge or proxy',
    },
    {
      what: 'Or let containers have a network each (not --network host)',
      where: 'container',
      command: 'docker run --network bridge …',
    },
    {
      what: 'Install CRIU 3.17 or later, whose names differ',
      where: 'machine',
      command: 'criu --version\nsudo apt-get install --only-upgrade criu',
    },
    { what: 'crac restores any number of copies side by side', where: 'crac', command: 'crac restore IMAGE' },
  ],
  tells: [{ what: 'Who has such a socket', command: 'sudo ss -xap | grep -E "criu|crtools"' }],
  samples: [
    '(00.002011) Error (criu/fdstore.c:75): Unable to bind a socket: Address already in use',
    "(00.012903) Error (criu/files.c:815): Can't bind transport socket /crtools-fd-4711: Address already in use",
  ],
});
