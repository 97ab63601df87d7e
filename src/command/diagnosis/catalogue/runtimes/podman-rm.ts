import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_PODMAN_EXPORT',
  phase: 'checkpoint',
  title: 'podman checkpoints this container only into an archive, or not at all',
  signatures: [
    {
      text: /cannot checkpoint containers that have been started with '(?<why>--rm)' unless '--export' is used/i,
    },
    {
      text: /cannot (?:ex|im)port checkpoints of containers with (?<why>(?:named volumes or )?dependencies)/i,
    },
  ],
  cause:
    'The container has {why}: with --rm it vanishes with its checkpoint when it stops; one that shares a namespace with another container (--network container:X), and in podman up to 2 one with volumes, cannot be exported.',
  remedies: [
    {
      what: 'Write an archive',
      where: 'podman',
      command:
        'sudo podman container checkpoint --export /tmp/NAME.tar.gz NAME\nsudo podman container restore --import /tmp/NAME.tar.gz',
    },
    {
      what: 'Or start it without --rm, and without the namespace of another container',
      where: 'podman',
      command: 'sudo podman run -d --name NAME IMAGE',
    },
  ],
  samples: [
    "Error: cannot checkpoint containers that have been started with '--rm' unless '--export' is used",
    'Error: cannot export checkpoints of containers with dependencies',
    'Error: Cannot import checkpoints of containers with named volumes or dependencies',
  ],
});
