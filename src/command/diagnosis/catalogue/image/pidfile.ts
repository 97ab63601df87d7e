import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PIDFILE',
  phase: 'restore',
  title: 'The PID file exists already',
  signatures: [
    { file: ['log.c', 'util.c'], text: /pidfile: Can't open (?<path>.+): File exists/ },
    { file: 'cr-restore.c', text: /Can't write pidfile: (?:File exists)/ },
    { file: 'cr-restore.c', text: /Can't write pidfile/, confidence: 'possible' },
  ],
  explains: [/Can't write pidfile/],
  cause: "The file for the restored program's PID[[ ({path})]] exists already, left by an earlier restore.",
  remedies: [
    { what: 'Remove it, if that program has ended', where: 'machine', command: 'rm {path|PIDFILE}' },
    { what: 'crac needs none', where: 'crac', command: 'crac restore IMAGE' },
  ],
  samples: ["(00.050003) Error (criu/log.c:416): pidfile: Can't open /run/app.pid: File exists"],
});
