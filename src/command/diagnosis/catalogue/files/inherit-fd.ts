import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_INHERIT_FD',
  phase: 'restore',
  title: 'A descriptor given to the restore is not open',
  signatures: [
    { file: 'fdstore.c', text: /Can't send fd (?<fd>\d+) into store: (?<why>.+)/, confidence: 'likely' },
    { file: 'files.c', text: /Can't fstat inherit fd (?<fd>\d+): (?<why>.+)/ },
  ],
  cause: 'Descriptor {fd}, named with --inherit-fd, is not open in the restore, or was named twice: {why}.',
  remedies: [
    {
      what: 'Open a descriptor of its own for each',
      where: 'criu',
      command: "criu restore --inherit-fd 'fd[4]:pipe:[1]' --inherit-fd 'fd[5]:pipe:[2]' … 4<&0 5>&1",
    },
  ],
  samples: [
    "(00.002011) Error (criu/fdstore.c:101): Can't send fd 4 into store: Bad file descriptor",
    "Error (criu/files.c:1597): Can't fstat inherit fd 97: Bad file descriptor",
  ],
});
