import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_LINK_REMAP_REFUSED',
  phase: 'checkpoint',
  title: 'A name for a deleted file cannot be made',
  signatures: [{ file: 'files-reg.c', text: /Can't link remap to (?<path>.+): (?<why>(?!File exists).+)/ }],
  cause:
    'A deleted file that is still open and lives on under another name needs a name beside it ({path}), and that cannot be made: {why}.',
  remedies: [
    {
      what: 'Make its directory writable for the user that dumps, on the same file system',
      where: 'machine',
      command: 'sudo mount -o remount,rw "$(findmnt -nT "$(dirname "/{path}")" -o TARGET)"',
    },
    { what: 'Or close the file before the checkpoint', where: 'program' },
  ],
  samples: [
    "(00.013102) Error (criu/files-reg.c:1159): Can't link remap to data/link_remap.33: Read-only file system",
  ],
});
