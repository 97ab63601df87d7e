import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_DOCKER_CHECKPOINT_DIR',
  phase: 'restore',
  title: 'Docker does not restore from a directory of your own',
  signatures: [{ text: /custom checkpointdir is not supported/ }],
  cause:
    'docker checkpoint create takes --checkpoint-dir, docker start refuses it: since Docker 17.12 it restores only from the directory of the container itself.',
  remedies: [
    {
      what: 'Copy the checkpoint to where the daemon looks, and start without --checkpoint-dir',
      where: 'docker',
      command:
        'ID=$(docker inspect -f \'{{.Id}}\' NAME)\nsudo cp -a /PATH/TO/CHECKPOINT "/var/lib/docker/containers/$ID/checkpoints/"\ndocker start --checkpoint CHECKPOINT NAME',
    },
    {
      what: 'Or take podman, whose archives can be restored anywhere',
      where: 'podman',
      command:
        'sudo podman container checkpoint --export /tmp/NAME.tar.gz NAME\nsudo podman container restore --import /tmp/NAME.tar.gz',
    },
  ],
  samples: ['Error response from daemon: custom checkpointdir is not supported'],
});
