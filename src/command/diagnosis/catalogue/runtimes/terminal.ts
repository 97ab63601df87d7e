import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_TERMINAL',
  phase: 'both',
  title: 'This runtime does not checkpoint or restore a container with a terminal',
  signatures: [
    { text: /checkpoint not support on containers with tty/ },
    { text: /cannot allocate tty if runc will detach without setting console socket/, with: /restore/i },
  ],
  cause:
    'The container was started with a terminal (-t): Docker before 19.03 refuses a checkpoint of such, and `ctr containers restore` gives a restored one no terminal.',
  remedies: [
    { what: 'Start it without', where: 'docker', command: 'docker run -d --name NAME IMAGE' },
    { what: 'Start it without', where: 'containerd', command: 'sudo ctr run -d IMAGE NAME' },
    {
      what: 'Or take Docker 19.03 or later',
      where: 'docker',
      command: "docker version -f '{{.Server.Version}}'",
    },
  ],
  samples: [
    'Error response from daemon: checkpoint not support on containers with tty',
    'ctr: OCI runtime restore failed: cannot allocate tty if runc will detach without setting console socket: unknown',
  ],
});
