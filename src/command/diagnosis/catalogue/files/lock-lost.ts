import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_LOCK_TAKEN',
  phase: 'restore',
  title: 'A file lock of the image is taken',
  signatures: [
    {
      text: /the engine waits for a lock on (?<path>.+) that process (?<pid>\d+) \((?<name>[^)]*)\) holds/,
    },
    { file: 'file-lock.c', text: /Can not set (?<kind>flock|posix lock|ofd lock)!/ },
  ],
  cause:
    'A lock that the program held[[ (on {path})]] cannot be taken again, because another process (often another copy of the image) has it[[ ({name}, PID {pid})]]; for some kinds of locks CRIU waits then without end and without a word.',
  remedies: [
    {
      what: 'End the process that holds it; this lists the locks and their holders',
      where: 'machine',
      command: 'lslocks',
    },
    {
      what: 'Or let it wait: give it longer than the other one has the lock',
      where: 'crac',
      command: 'crac restore IMAGE --timeout 300',
    },
    { what: 'Close the database before the checkpoint and open it after the restore', where: 'program' },
  ],
  samples: [
    '(00.020011)      9: Error (criu/file-lock.c:628): Can not set flock!',
    'the engine waits for a lock on /data/app.lock that process 4711 (flock) holds',
  ],
});
