import { entry } from '../../entry.ts';

export default entry({
  code: 'CONTAINER_DOCKER_RESTORE_BROKEN',
  phase: 'restore',
  title: "This release of Docker's engine cannot restore",
  signatures: [
    { text: /failed to create task for container: content digest (?<digest>[0-9a-f]{16,}): not found/ },
    {
      text: /failed to upload checkpoint to containerd: commit failed: content sha256:[0-9a-f]+: already exists/,
    },
    {
      text: /failed to retrieve OCI runtime container pid: open \S*init\.pid: no such file or directory/,
      confidence: 'likely',
    },
  ],
  cause:
    'It is a fault of Docker, not of the checkpoint: 17.12 to 19.03 lose the new process ("init.pid"), several releases cannot store the same checkpoint twice ("already exists"), and 25.0.0 to 25.0.3 look for it under a wrong name ("content digest … not found"); 23.0.0 and 23.0.1 start the container anew without a word.',
  remedies: [
    {
      what: 'Take a release that restores: 25.0.4, 26.0 or later',
      where: 'docker',
      command:
        "docker version -f '{{.Server.Version}}'\nsudo apt-get install --only-upgrade docker-ce containerd.io",
    },
    {
      what: 'Where it says "already exists", wait for a minute, until containerd has cleaned up, and try again',
      where: 'docker',
      command: 'docker start --checkpoint CHECKPOINT NAME',
    },
    {
      what: 'Or take podman for checkpoints',
      where: 'podman',
      command: 'sudo podman container restore --import /tmp/NAME.tar.gz',
    },
  ],
  samples: [
    'Error response from daemon: failed to create task for container: content digest 4ba0864fec064b253c12a12d4a2369086d6036c3dd1ecda0239f96796181b705: not found: unknown',
    '{"message":"failed to upload checkpoint to containerd: commit failed: content sha256:c859faeebbac82e7f165ed4d0998043d974c3a893ac242ab43a3e5b7d6df3d9a: already exists"}',
    'Error response from daemon: failed to retrieve OCI runtime container pid: open /run/containerd/io.containerd.runtime.v1.linux/moby/57d00c19a457/init.pid: no such file or directory: unknown',
  ],
});
