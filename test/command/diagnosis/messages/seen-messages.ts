import { type Message, of } from './message.ts';

/** Messages of programs that were run for this (Debian 12's and testing's), where the sources had not told of them. */
export const SEEN: readonly Message[] = [
  ...of('runc', [
    ['seen in 1.1.5', 'CRIU is missing features', 'CONTAINER_MEMORY_TRACKING'],
    ['seen in 1.1.5 and 1.3.6', 'container with given ID already exists', 'CONTAINER_NAME_TAKEN'],
    [
      'seen in 1.1.5 and 1.3.6',
      'open ../nodir/descriptors.json: no such file or directory',
      'CONTAINER_NO_CHECKPOINT',
    ],
    ['seen in 1.1.5 and 1.3.6', 'chdir /nonexistent: no such file or directory', 'CONTAINER_ARGUMENTS'],
    ['seen in 1.1.5', 'Invalid manage cgroups mode', 'CONTAINER_ARGUMENTS'],
    ['seen in 1.1.5', 'mkdir ro/x: read-only file system', 'CONTAINER_CHECKPOINT_FILES'],
    ['seen in 1.1.5', 'runc checkpoint is untested with rootless containers', 'CONTAINER_ROOTLESS'],
    ['seen in 1.1.5', 'rootless container requires user namespaces', 'CONTAINER_ROOTLESS'],
  ]),
  ...of('crun', [
    ['seen in 1.28', 'container `z2` already exists', 'CONTAINER_NAME_TAKEN'],
    ['seen in 1.28', 'open `/run/crun/z2/status`: No such file or directory', 'CONTAINER_NOT_FOUND'],
    ['seen in 1.28', 'load `config.json`: cannot read the file: config.json', 'CONTAINER_ARGUMENTS'],
    ['seen in 1.28', 'CRIU checkpointing failed: -52: Invalid exchange', 'CONTAINER_ENGINE_FAILED'],
  ]),
  ...of('containerd', [
    ['seen in 1.6.20', 'ctr: image name not found in index', 'CONTAINER_CTR_CHECKPOINT'],
    ['seen in 1.6.20', 'ctr: container "a" in namespace "moby": not found', 'CONTAINER_NOT_FOUND'],
    ['seen in 1.6.20', 'ctr: no running task found: task a not found: not found', 'CONTAINER_STATE'],
    ['seen in 1.6.20', 'ctr: snapshot "b": already exists', 'CONTAINER_NAME_TAKEN'],
    ['seen in 1.6.20', 'ctr: content sha256:ab38dec823d6: already exists', 'CONTAINER_CHECKPOINT_EXISTS'],
  ]),
  ...of('podman', [
    [
      'seen in 4.3.1 and 5.8.6',
      'creating container storage: that ID is already in use',
      'CONTAINER_NAME_TAKEN',
    ],
    [
      'seen in 4.3.1',
      'failed extracting runtime information from x.tar.gz: failed to read /tmp/checkpoint1/config.dump: open /tmp/checkpoint1/config.dump: no such file or directory',
      'CONTAINER_ARCHIVE',
    ],
    [
      'seen in 4.3.1 and 5.8.6',
      "checkpoint archive x.tar.gz was created with runtime 'crun' and cannot be restored with runtime 'runc'",
      'CONTAINER_OTHER_RUNTIME',
    ],
    [
      'seen in 4.3.1',
      'stat /var/lib/containers/storage/overlay-containers/1f/userdata/pre-checkpoint: no such file or directory',
      'CONTAINER_NO_CHECKPOINT',
    ],
    [
      'seen in 4.3.1 and 5.8.6',
      'no container with name or ID "a" found: no such container',
      'CONTAINER_NOT_FOUND',
    ],
    ['seen in 4.3.1', 'no such container or image: a', 'CONTAINER_NOT_FOUND'],
    ['seen in 4.3.1', 'no arguments are needed with --all', 'CONTAINER_ARGUMENTS'],
    [
      'seen in 5.8.6 with crun 1.28',
      "crun: (00.005311) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted: OCI permission denied",
      'CONTAINER_ENGINE_FAILED',
    ],
  ]),
  ...of('Docker', [
    ['seen in 20.10.24', 'Error response from daemon: Container app not running', 'CONTAINER_STATE'],
    ['seen in 28.5.2', 'Error response from daemon: container 859a250b is not running', 'CONTAINER_STATE'],
    [
      'seen in 20.10.24 and 28.5.2',
      'Error response from daemon: Cannot checkpoint container app: cannot pause a paused container',
      'CONTAINER_STATE',
    ],
    [
      'seen in 20.10.24',
      'Error response from daemon: Cannot checkpoint container app: task 2bdae6cc not found: not found',
      'CONTAINER_STATE',
    ],
    [
      'seen in 20.10.24 and 28.5.2',
      'OCI runtime restore failed: open /tmp/ctrd-checkpoint1/descriptors.json: no such file or directory',
      'CONTAINER_NO_CHECKPOINT',
    ],
    [
      'seen in 20.10.24 and 28.5.2',
      'Error response from daemon: No such container: app',
      'CONTAINER_NOT_FOUND',
    ],
  ]),
];
