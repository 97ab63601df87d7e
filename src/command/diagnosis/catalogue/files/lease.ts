import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_LEASE',
  phase: 'both',
  title: 'A lease of the program on a file cannot be saved or restored',
  signatures: [
    {
      file: 'file-lock.c',
      text: /^(?<what>.*\b[Ll]ease\b.*?)(?:: (?<why>[A-Z][\w ]+))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
    {
      file: 'file-lock.c',
      text: /(?<what>Can't (?:block file i\/o signal|get file i\/o signum))(?:: (?<why>.+))?$/,
      levels: ['error'],
      confidence: 'likely',
    },
  ],
  cause:
    'The program has a lease on a file (fcntl F_SETLEASE; file servers like Samba do), which is being broken just now or cannot be taken again: {what}[[: {why}]].',
  remedies: [
    {
      what: 'Try again when nobody opens the file; or end whoever has it open',
      where: 'machine',
      command: 'lslocks; sudo fuser -v FILE',
    },
    { what: 'Give back leases before the checkpoint', where: 'program' },
    {
      what: 'For a file of another user the restore needs the capability',
      where: 'container',
      command: 'docker run --cap-add LEASE …',
    },
  ],
  samples: [
    "(00.020011)      9: Error (criu/file-lock.c:690): Can't set lease (fd 7): Resource temporarily unavailable",
  ],
});
