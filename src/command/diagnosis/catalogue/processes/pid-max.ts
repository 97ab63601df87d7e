import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PID_MAX',
  phase: 'restore',
  title: 'A PID is above the limit here',
  signatures: [
    { file: 'restorer.c', text: /Unable to create a thread: -22\b/ },
    { file: 'cr-restore.c', text: /Can't fork for (?<pid>\d+): Invalid argument/ },
  ],
  explains: [/Restorer fail/, /exited, status=/],
  cause:
    'A PID or thread number of the image is above kernel.pid_max of the PID namespace that is restored into[[ ({pid})]].',
  remedies: [
    {
      what: 'Raise the limit to the one of the machine that made the image',
      where: 'machine',
      command: 'sudo sysctl kernel.pid_max=4194304',
      cost: 'since Linux 6.14 the limit is per PID namespace: set it inside',
    },
    {
      what: 'Or make the image with crac, where PIDs are small',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
  ],
  samples: ['(00.034110) pie: 3000001: Error (criu/pie/restorer.c:2188): Unable to create a thread: -22'],
});
