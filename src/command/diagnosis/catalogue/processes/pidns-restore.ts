import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PIDNS_RESTORE',
  phase: 'restore',
  title: 'The image has no first process for its PID namespace',
  signatures: [{ file: 'cr-restore.c', text: /Can't restore pid namespace without the process init/ }],
  cause:
    'The image was made from inside a PID namespace without its first process, but the restore is asked to make that namespace.',
  remedies: [
    {
      what: 'Restore inside a new namespace that exists already',
      where: 'criu',
      command: 'unshare --pid --fork --mount-proc criu restore …',
    },
    { what: 'Make the image with crac', where: 'crac', command: 'crac run --image DIR app.js' },
  ],
  samples: [
    "(00.002914) Error (criu/cr-restore.c:2050): Can't restore pid namespace without the process init",
  ],
});
