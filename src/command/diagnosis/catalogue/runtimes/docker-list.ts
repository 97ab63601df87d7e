import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_DOCKER_LIST',
  phase: 'both',
  title: 'This release of Docker cannot list checkpoints',
  signatures: [
    {
      text: /open (?<dir>\S+\/checkpoints)\/(?<name>[^/\s]+)\/config\.json: no such file or directory/,
      with: /checkpoint ls|GET \S*\/checkpoints\b/,
    },
    {
      text: /open (?<dir>\S+\/checkpoints)\/(?<name>[^/\s]+)\/config\.json: no such file or directory/,
      confidence: 'likely',
    },
    {
      text: /checkpoint with name {2}already exists for container/,
      with: /checkpoint ls/,
      confidence: 'likely',
    },
  ],
  cause:
    'The checkpoint[[ {name}]] may well be whole: Docker 17.11 and 18 ask for a file config.json when they list checkpoints, which their own checkpoints no longer have (since containerd 1.0); 17.05 lists none at all.',
  remedies: [
    {
      what: 'Read the directory: each checkpoint is one, and is whole with inventory.img in it',
      where: 'docker',
      command:
        'sudo ls {dir|/var/lib/docker/containers/ID/checkpoints}\nsudo ls {dir|/var/lib/docker/containers/ID/checkpoints}/{name|NAME}/inventory.img',
    },
    {
      what: 'Take a newer release',
      where: 'docker',
      command:
        "docker version -f '{{.Server.Version}}'\nsudo apt-get install --only-upgrade docker-ce containerd.io",
    },
  ],
  samples: [
    '$ docker checkpoint ls app\nError response from daemon: open /var/lib/docker/containers/1f/checkpoints/cp/config.json: no such file or directory',
  ],
});
