import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_DOCKER_EXPERIMENTAL',
  phase: 'start',
  title: "Docker's checkpoints are switched off",
  signatures: [
    { text: /is only supported on a Docker daemon with experimental features enabled/ },
    { text: /checkpoint is only supported in experimental mode/ },
    {
      text: /This experimental feature is disabled by default\. Start the Docker daemon in experimental mode/,
    },
  ],
  cause:
    'Docker has checkpoint and restore only as an experimental feature of its daemon, and the daemon was started without it. It is the daemon that counts: a setting of the client (~/.docker/config.json) does nothing here.',
  remedies: [
    {
      what: 'Switch it on: "experimental": true in the daemon\'s settings (add the line if the file is there), then start the daemon anew',
      where: 'docker',
      command:
        "test -s /etc/docker/daemon.json || echo '{ \"experimental\": true }' | sudo tee /etc/docker/daemon.json\nsudo systemctl restart docker\ndocker version -f '{{.Server.Experimental}}'",
      cost: 'containers stop unless live-restore is on',
    },
    {
      what: 'Or run crac inside of the container: the daemon is not asked',
      where: 'crac',
      command: 'crac run --image DIR app.js',
    },
  ],
  tells: [{ what: 'Whether it is on', command: "docker version -f '{{.Server.Experimental}}'" }],
  samples: [
    'docker checkpoint create is only supported on a Docker daemon with experimental features enabled',
    '"--checkpoint" is only supported on a Docker daemon with experimental features enabled',
    '{"message":"This experimental feature is disabled by default. Start the Docker daemon in experimental mode in order to enable it."}',
    '{"message":"checkpoint is only supported in experimental mode"}',
  ],
});
