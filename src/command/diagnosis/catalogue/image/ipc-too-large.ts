import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_IPC_TOO_LARGE',
  phase: 'checkpoint',
  title: 'A segment of System V memory is larger than this engine writes at once',
  signatures: [
    {
      file: 'image.c',
      text: /Can't write img file: Bad address/,
      with: /Failed to write IPC shared memory data/,
      confidence: 'likely',
    },
    {
      file: 'ipc_ns.c',
      text: /Failed to write IPC shared memory data: (?<why>Bad address|Success)/,
      confidence: 'possible',
    },
  ],
  explains: [/Failed to write IPC/],
  cause:
    'System V shared memory of the program has a segment of 2 GiB or more, whose size does not fit the number in which old engines keep it (CRIU before 2.12).',
  remedies: [
    {
      what: 'Install a newer CRIU',
      where: 'criu',
      command: 'criu --version\nsudo apt-get install --only-upgrade criu',
    },
    { what: 'Or let the program make several smaller segments', where: 'program', command: 'ipcs -m' },
  ],
  samples: [
    "(00.284262) Error (criu/image.c:504): Can't write img file: Bad address\n(00.284267) Error (criu/ipc_ns.c:358): Failed to write IPC shared memory data",
  ],
});
