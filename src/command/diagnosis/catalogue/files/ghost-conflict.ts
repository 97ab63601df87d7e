import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_GHOST_CONFLICT',
  phase: 'restore',
  title: 'A deleted file cannot be brought back',
  signatures: [
    { file: 'files-reg.c', text: /Can't link (?<from>\S+) -> (?<path>\S+): (?<why>.+)/ },
    {
      file: 'files-reg.c',
      text: /Can't create ghost (?:regfile|dir|device|fifo|symlink|socket)[^:]*: (?<why>.+)/,
    },
  ],
  cause:
    'A file that was deleted while open must exist for a moment at its old place[[ ({path})]], and it cannot be made there: {why}.',
  remedies: [
    {
      what: 'Remove the leftovers of an earlier restore',
      where: 'machine',
      command: "find / -xdev -name '*.cr.*.ghost' -print",
    },
    {
      what: 'For a read-only root, mount the directory writable',
      where: 'container',
      command: 'docker run --tmpfs /DIRECTORY …',
    },
    { what: 'Close deleted files before the checkpoint', where: 'program' },
  ],
  samples: [
    "(00.020011)      9: Error (criu/files-reg.c:2258): Can't link dev/null.cr.1.ghost -> dev/null: File exists",
    "(00.020011)      9: Error (criu/files-reg.c:467): Can't create ghost regfile: Read-only file system",
  ],
});
