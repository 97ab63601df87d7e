import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_UNIX_BIND',
  phase: 'restore',
  title: 'A unix socket cannot be made again',
  signatures: [
    { file: 'sk-unix.c', text: /Can't bind (?:on socket )?id \S+ ino \d+ addr (?<path>.+): (?<why>.+)/ },
    { file: 'sk-unix.c', text: /ghost: Can't bind on socket id \S+ ino \d+ addr (?<path>.+): (?<why>.+)/ },
  ],
  cause: 'The program listened on the unix socket {path}, and it cannot be made here: {why}.',
  remedies: [
    {
      what: 'Make its directory, writable for the restore',
      where: 'machine',
      command: 'mkdir -p "$(dirname "{path}")"',
    },
    { what: 'Or close the server before the checkpoint and listen after the restore', where: 'program' },
  ],
  samples: [
    "(00.017007)  20811: Error (criu/sk-unix.c:1702): unix: Can't bind id 0x1d ino 76402 addr /run/app/u.sock: No such file or directory",
  ],
});
