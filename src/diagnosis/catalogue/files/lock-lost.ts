import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_LOCK_TAKEN',
  phase: 'restore',
  title: 'A file lock of the image is taken',
  signatures: [{ file: 'file-lock.c', text: /Can not set (?<kind>flock|posix lock|ofd lock)!/ }],
  cause:
    'A lock that the program held cannot be taken again, because another process (often another copy of the image) has it.',
  remedies: [
    { what: 'End the process that holds it', where: 'machine', command: 'lslocks' },
    { what: 'Close the database before the checkpoint and open it after the restore', where: 'program' },
  ],
  samples: ['(00.020011)      9: Error (criu/file-lock.c:628): Can not set flock!'],
});
