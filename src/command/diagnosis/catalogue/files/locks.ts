import { byConf } from '../../engine-conf.ts';
import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_FILE_LOCKS',
  phase: 'checkpoint',
  title: 'The program holds file locks',
  signatures: [
    { file: 'file-lock.c', text: /Some file locks are hold by dumping tasks/ },
    { file: 'file-lock.c', text: /Unresolved lock found pid (?<pid>-?\d+) ino (?<inode>-?\d+)/ },
  ],
  near: [/Unresolved lock found pid (?<pid>-?\d+) ino (?<inode>-?\d+)/],
  explains: [/file locks/i, /Unresolved lock/],
  cause:
    'The program[[ (PID {pid}, inode {inode})]] holds locks on files, as SQLite in WAL mode and npm do, and the engine was not allowed to save them.',
  remedies: [
    {
      what: 'crac always saves them (--file-locks)',
      where: 'crac',
      command: 'crac checkpoint TARGET',
      cost: 'the restore takes them again: one copy at a time',
    },
    {
      what: 'Allow it at both ends',
      where: 'criu',
      command: 'criu dump --file-locks …\ncriu restore --file-locks …',
    },
    {
      what: 'Allow it, at both ends',
      where: 'podman',
      command: 'podman container checkpoint --file-locks NAME\npodman container restore --file-locks NAME',
    },
    {
      what: 'Allow it, at both ends',
      where: 'runc',
      command: 'runc checkpoint --file-locks NAME\nrunc restore --file-locks NAME',
    },
    byConf('Allow it', 'file-locks'),
    {
      what: 'Or close the database before the checkpoint and open it after the restore',
      where: 'program',
      command:
        'getGlobalContext().register({\n  beforeCheckpoint: () => db.close(),\n  afterRestore: () => { db = new Database(file); },\n});',
    },
  ],
  samples: [
    '(00.013102) Error (criu/file-lock.c:110): Some file locks are hold by dumping tasks! You can try --file-locks to dump them.',
    '(00.013102) Error (criu/file-lock.c:102): Unresolved lock found pid 4711 ino 131077',
  ],
});
