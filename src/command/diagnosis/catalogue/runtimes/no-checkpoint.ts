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
    { text: /failed to open (?:pre-)?checkpoint archive (?:(?<dir>\S+) )?for import: (?<why>.+)/i },
    { text: /checkpoint directory is missing in the archive file: (?<dir>\S+)/ },
    { text: /image is not a checkpoint: (?<name>\S+)/ },
    { text: /open (?<dir>\S+)\/descriptors\.json: no such file or directory/ },
    { text: /stat (?<dir>\S+\/pre-checkpoint): no such file or directory/ },
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
    {
      what: 'For --with-previous make the first step before: --pre-checkpoint leaves the container running',
      where: 'podman',
      command:
        'sudo podman container checkpoint --pre-checkpoint --export /tmp/pre.tar.gz NAME\nsudo podman container checkpoint --with-previous --export /tmp/NAME.tar.gz NAME',
    },
    {
      what: 'runc passes over options that stand behind the ID, without a word: look into ./checkpoint of where it ran',
      where: 'runc',
      command:
        'ls checkpoint/descriptors.json\nsudo runc checkpoint --image-path DIR --work-path /tmp/work ID',
    },
    { what: 'See whether its inventory is there', where: 'container', command: 'ls -l DIR/inventory.img' },
  ],
  samples: [
    'Error: a complete checkpoint for this container cannot be found, cannot restore: stat /var/lib/containers/storage/overlay-containers/1f/userdata/checkpoint/inventory.img: no such file or directory',
    'Error response from daemon: checkpoint cp does not exist for container /app',
    'Error: failed extracting runtime information from /nope.tar.gz: failed to open checkpoint archive /nope.tar.gz for import: open /nope.tar.gz: no such file or directory',
    'Error response from daemon: checkpoint cp does not exists for container app',
    'Error response from daemon: OCI runtime restore failed: open /tmp/ctrd-checkpoint537302989/descriptors.json: no such file or directory: unknown',
    'time="2026-11-29T04:31:22Z" level=error msg="open ../nodir/descriptors.json: no such file or directory"',
    'Error: stat /var/lib/containers/storage/overlay-containers/b8da/userdata/pre-checkpoint: no such file or directory',
    'Error: a complete checkpoint for this container cannot be found, cannot restore: faccessat /var/lib/containers/storage/overlay-containers/caa2/userdata/checkpoint/inventory.img: no such file or directory',
  ],
});
