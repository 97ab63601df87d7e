import { entry } from '../../entry.ts';

export default entry({
  code: 'CRAC_DIRECT_NO_ROOM',
  phase: 'both',
  title: 'There is no free place in the addresses of the program',
  signatures: [
    { text: /(?<what>\bthe program leaves no room for the restorer)/ },
    { text: /(?<what>\bthere is no room for the restorer in this process) \((?<error>[^)]+)\)/ },
    { text: /(?<what>\bcannot unmap the restorer's own memory)(?:: (?<error>[\w ()]+))?/ },
    { text: /(?<what>\bcannot make the restorer executable)(?:: (?<error>[\w ()]+))?/ },
  ],
  cause:
    'A restore stands for a moment beside the memory of the program, and there it could not ({what}[[: {error}]]): a limit on addresses (ulimit -v), a sanitizer that has reserved all of them, or a policy against memory that is written and run.',
  remedies: [
    {
      what: 'Without such a limit or policy',
      where: 'machine',
      command: 'ulimit -v unlimited; sudo journalctl -k --since -10min | grep -i denied',
    },
    {
      what: 'Or take CRIU, which carries other things (docs/engines.md has the table)',
      where: 'crac',
      command: 'crac run --engine criu --image DIR app.js',
      cost: 'CRIU needs root or user namespaces, at the restore too',
    },
  ],
  samples: [
    'crac: the program leaves no room for the restorer',
    'crac: cannot make the restorer executable: Permission denied',
  ],
});
