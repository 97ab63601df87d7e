import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_CHECKPOINT_EXISTS',
  phase: 'checkpoint',
  title: 'A checkpoint of that name exists already',
  signatures: [
    { text: /checkpoint with name (?<name>\S+) already exists for container (?<container>\S+)/ },
    { text: /mkdir \S*\/checkpoints\/(?<name>[^:\s]+): ?file exists/ },
    { text: /Container with id (?<container>\S+) already checkpointed/ },
  ],
  cause: 'The container has a checkpoint of that name[[ ({name})]], and none is overwritten.',
  remedies: [
    {
      what: 'Remove it, or take another name',
      where: 'docker',
      command: 'docker checkpoint rm {container|NAME} {name|CHECKPOINT}',
      cost: 'the old checkpoint is gone',
    },
    {
      what: 'Write to another directory',
      where: 'runc',
      command: 'sudo runc checkpoint --image-path OTHER_DIR {container|ID}',
    },
  ],
  samples: [
    'Error response from daemon: checkpoint with name foo already exists for container cr',
    'Error response from daemon: Cannot checkpoint container cr: rpc error: code = 6 desc = mkdir /var/lib/docker/containers/c4ba/checkpoints/checkpoint2: file exists',
  ],
});
