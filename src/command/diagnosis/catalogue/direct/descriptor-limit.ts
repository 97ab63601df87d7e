import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_DESCRIPTOR_LIMIT',
  phase: 'restore',
  title: 'This shell allows fewer descriptors than the program had',
  signatures: [
    { text: /\bthe program has descriptors up to (?<highest>\d+), and this shell allows too few/ },
    { text: /\bcannot make what the program's processes have between them/ },
    { text: /\btoo few descriptors are allowed here \(ulimit -n\)/ },
  ],
  cause: 'The program had descriptors up to number {highest|N}, and the limit of open files here is lower.',
  remedies: [
    {
      what: 'Raise it for this shell or service',
      where: 'machine',
      command: 'ulimit -n 65536\nsudo systemctl edit SERVICE   # [Service] LimitNOFILE=65536',
    },
    {
      what: 'Raise it for the container',
      where: 'container',
      command: 'docker run --ulimit nofile=65536 …\npodman run --ulimit nofile=65536 …',
    },
  ],
  samples: [
    'crac: the program has descriptors up to 4200, and this shell allows too few (ulimit -n): Invalid argument',
  ],
});
