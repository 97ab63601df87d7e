import { entry } from '../../entry.ts';

export default entry({
  code: 'CRIU_PIDNS_WITHOUT_INIT',
  phase: 'checkpoint',
  title: 'The program is in a PID namespace whose first process is not dumped',
  signatures: [{ file: 'namespaces.c', text: /Can't dump a pid namespace without the process init/ }],
  cause:
    'The program runs in a PID namespace (a container, a pod), and the process that is dumped is not the first one of it.',
  remedies: [
    {
      what: 'Start the program with crac run, which sees to it',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
    {
      what: 'Dump the first process of the namespace, or run the engine inside it',
      where: 'criu',
      command: 'nsenter -t INIT_PID -p -m criu dump -t PID_INSIDE …',
    },
    {
      what: 'Let the container runtime dump the whole container',
      where: 'container',
      command: 'podman container checkpoint NAME',
    },
  ],
  samples: [
    "(00.002914) Error (criu/namespaces.c:1117): Can't dump a pid namespace without the process init",
  ],
});
