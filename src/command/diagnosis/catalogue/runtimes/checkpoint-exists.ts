import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_CHECKPOINT_EXISTS',
  phase: 'checkpoint',
  title: 'A checkpoint of that name exists already',
  signatures: [
    { text: /checkpoint with name (?<name>\S+) already exists for container (?<container>\S+)/ },
    { text: /mkdir \S*\/checkpoints\/(?<name>[^:\s]+): ?file exists/ },
    { text: /Container with id (?<container>\S+) already checkpointed/ },
    { text: /^ctr: content sha256:(?<digest>[0-9a-f]{8,}): already exists/ },
  ],
  cause:
    'The container has a checkpoint of that name[[ ({name})]], and none is overwritten[[; containerd holds the very same content, {digest}, of a checkpoint made before]].',
  remedies: [
    {
      what: 'Remove it, or take another name',
      where: 'docker',
      command: 'docker checkpoint rm {container|NAME} {name|CHECKPOINT}',
      cost: 'the old checkpoint is gone',
    },
    {
      what: 'Nothing has changed since the last one: remove that, and wait until containerd has swept up; or write into a directory',
      where: 'containerd',
      command:
        'sudo ctr images ls -q | grep checkpoint\nsudo ctr images rm --sync IMAGE\nsudo ctr tasks checkpoint --image-path /tmp/image CONTAINER',
      cost: 'the old checkpoint is gone',
    },
    {
      what: 'Write to another directory',
      where: 'runc',
      command: 'sudo runc checkpoint --image-path OTHER_DIR {container|ID}',
    },
  ],
  samples: [
    'ctr: content sha256:ab38dec823d6b5c280ad0813a1c38fb861041a27db5f93317a6bf8eb323c0fbe: already exists',
    'Error response from daemon: checkpoint with name foo already exists for container cr',
    'Error response from daemon: Cannot checkpoint container cr: rpc error: code = 6 desc = mkdir /var/lib/docker/containers/c4ba/checkpoints/checkpoint2: file exists',
  ],
});
