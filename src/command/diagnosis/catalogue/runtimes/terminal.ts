import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_TERMINAL',
  phase: 'checkpoint',
  title: 'This runtime does not checkpoint a container with a terminal',
  signatures: [{ text: /checkpoint not support on containers with tty/ }],
  cause:
    'The container was started with a terminal (-t), and Docker before 19.03 refuses a checkpoint of such.',
  remedies: [
    { what: 'Start it without', where: 'docker', command: 'docker run -d --name NAME IMAGE' },
    {
      what: 'Or take Docker 19.03 or later',
      where: 'docker',
      command: "docker version -f '{{.Server.Version}}'",
    },
  ],
  samples: ['Error response from daemon: checkpoint not support on containers with tty'],
});
