import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_NO_CHECKPOINT',
  phase: 'restore',
  title: 'There is no such checkpoint',
  signatures: [
    { text: /a complete checkpoint for this container cannot be found, cannot restore/i },
    { text: /checkpoint (?<name>\S+) does not exists? for container (?<container>\S+)/ },
    {
      text: /checkpoint directory "?(?<dir>[^\s"]+)"? does not exist for container (?<container>\S+?):?(?:\s|$)/,
    },
    { text: /failed to open (?:pre-)?checkpoint archive (?<dir>\S+ )?for import: (?<why>.+)/i },
    { text: /checkpoint directory is missing in the archive file: (?<dir>\S+)/ },
    { text: /image is not a checkpoint: (?<name>\S+)/ },
  ],
  cause:
    'The runtime found no complete checkpoint[[ {name}]] where it looks[[ ({dir})]]: it was never finished, was removed after a restore (podman keeps it only with --keep), or belongs to another container.',
  remedies: [
    {
      what: 'See what there is; a checkpoint belongs to one container. For another one copy it beside that',
      where: 'docker',
      command:
        'docker checkpoint ls NAME\nsudo cp -a /var/lib/docker/containers/OLD_ID/checkpoints/CHECKPOINT \\\n  "/var/lib/docker/containers/$(docker inspect -f \'{{.Id}}\' NAME)/checkpoints/"',
    },
    {
      what: 'Write an archive, which holds the changed files too, and restore from that: as often as needed, on any host',
      where: 'podman',
      command:
        'sudo podman container checkpoint --export /tmp/NAME.tar.gz NAME\nsudo podman container restore --import /tmp/NAME.tar.gz',
    },
    { what: 'See whether its inventory is there', where: 'container', command: 'ls -l DIR/inventory.img' },
  ],
  samples: [
    'Error: a complete checkpoint for this container cannot be found, cannot restore: stat /var/lib/containers/storage/overlay-containers/1f/userdata/checkpoint/inventory.img: no such file or directory',
    'Error response from daemon: checkpoint cp does not exist for container /app',
    'Error: failed extracting runtime information from /nope.tar.gz: failed to open checkpoint archive /nope.tar.gz for import: open /nope.tar.gz: no such file or directory',
    'Error response from daemon: checkpoint cp does not exists for container app',
  ],
});
