import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FDSTORE_LOST',
  phase: 'restore',
  title: 'CRIU 3.8 cannot restore a terminal of a shell',
  signatures: [
    {
      file: 'fdstore.c',
      text: /Unable to get a file descriptor with the (?<id>\d+) id: Resource temporarily unavailable/,
      confidence: 'likely',
    },
  ],
  explains: [/self_stdin_fdid/, /Unable to open fd=/, /exited, status=/],
  cause:
    'The engine has lost descriptor {id} of its own store: CRIU 3.8 made the store twice, so that a restore with --shell-job or --inherit-fd always fails (3.9 mended it).',
  remedies: [
    { what: 'Install CRIU 4.2', where: 'crac', command: 'crac engine install' },
    {
      what: 'Install CRIU 3.9 or later',
      where: 'criu',
      command: 'criu --version\nsudo apt-get install criu',
    },
  ],
  samples: [
    '2632: Error (criu/fdstore.c:112): Unable to get a file descriptor with the 0 id: Resource temporarily unavailable',
  ],
});
