/** What container runtimes say about a checkpoint or a restore, by program, with the versions that say so. */
export interface Message {
  program: 'runc' | 'crun' | 'CRI-O' | 'containerd' | 'podman' | 'Docker' | 'kubelet';
  versions: string;
  /** As the program prints it, with values that could stand in it. */
  line: string;
  /** The entry that knows it; none where the reader is only told whose words they are. */
  code?: string;
}

const MISSING = 'CONTAINER_CRIU_MISSING';
const OLD = 'CONTAINER_CRIU_TOO_OLD';
const SILENT = 'CONTAINER_CRIU_SILENT';
const ROOTLESS = 'CONTAINER_ROOTLESS';
const STATE = 'CONTAINER_STATE';
const ENGINE = 'CONTAINER_ENGINE_FAILED';
const ARGUMENTS = 'CONTAINER_ARGUMENTS';
const MOUNT = 'CONTAINER_EXTERNAL_MOUNT';
const IMPORT = 'CONTAINER_PODMAN_IMPORT';
const NONE = 'CONTAINER_NO_CHECKPOINT';
const EXPERIMENTAL = 'CONTAINER_DOCKER_EXPERIMENTAL';

type Row = readonly [versions: string, line: string, code?: string];
const of = (program: Message['program'], rows: readonly Row[]): Message[] =>
  rows.map(([versions, line, code]) => ({ program, versions, line, ...(code !== undefined && { code }) }));

export const MESSAGES: readonly Message[] = [
  ...of('runc', [
    ['1.0 and later', 'CRIU version check failed: exec: "criu": executable file not found in $PATH', MISSING],
    ['before 1.0', 'Unable to execute CRIU command: criu', MISSING],
    ['before 1.0', 'Unable to parse the CRIU version: criu', SILENT],
    ['1.0 and later', 'CRIU version check failed: read criu-xprt-cln: connection reset by peer', SILENT],
    ['all', 'CRIU feature check failed', SILENT],
    ['all', 'CRIU version 30600 must be 31500 or higher', OLD],
    ['before 1.0', 'CRIU version must be 1.5.2 or higher', OLD],
    ['all', 'criu is missing features: [MemTrack]', OLD],
    ['1.0 and later', '--lsm-profile requires at least CRIU 3.16', OLD],
    ['1.0 and later', '--lsm-mount-context requires at least CRIU 3.16', OLD],
    [
      'all',
      'criu lacks support for external network namespace during the restoration process (old criu version?)',
      OLD,
    ],
    ['before 1.0', 'cannot checkpoint a rootless container', ROOTLESS],
    ['before 1.0', 'runc restore requires root', ROOTLESS],
    ['all', 'Container cannot be checkpointed in stopped state', STATE],
    ['before 1.0', 'Container with id app already checkpointed', 'CONTAINER_CHECKPOINT_EXISTS'],
    ['all', 'invalid directory to save checkpoint', ARGUMENTS],
    ['all', 'invalid directory to restore checkpoint', ARGUMENTS],
    ['all', '--parent-path must be relative', ARGUMENTS],
    ['all', 'invalid manage-cgroups-mode value', ARGUMENTS],
    ['all', 'Use --page-server ADDRESS:PORT to specify page server', ARGUMENTS],
    ['all', 'runc: "checkpoint" requires exactly 1 argument(s)', ARGUMENTS],
    ['all', 'JSON specification file config.json not found', ARGUMENTS],
    ['all', 'Requested network namespace /run/netns/x does not exist', MOUNT],
    [
      '1.2 and later',
      'create criu restore mountpoint for /data mount: mkdir /data: permission denied',
      MOUNT,
    ],
    ['all', 'criu failed: type NOTIFY errno 0', ENGINE],
    ['up to 1.1', 'criu failed: type RESTORE errno 17\nlog file: /tmp/work/restore.log', ENGINE],
    ['all', 'criu failed: signal: killed', ENGINE],
    [
      '1.3 and later, built with runc_nocriu',
      'this runc binary has not been compiled with checkpoint/restore support enabled (runc_nocriu)',
      'CONTAINER_WITHOUT_CRIU',
    ],
    ['all', 'container does not exist', 'CONTAINER_NOT_FOUND'],
    ['before 1.0', 'Checkpointing with attached vTPM is not supported'],
  ]),
  ...of('crun', [
    ['built without CRIU', 'unknown command checkpoint', 'CONTAINER_WITHOUT_CRIU'],
    [
      '1.7.2 and later',
      'could not load `libcriu.so.2`: `libcriu.so.2: cannot open shared object file`',
      'CONTAINER_LIBCRIU_MISSING',
    ],
    ['up to 1.7.1', 'could not load `libcriu.so`', 'CONTAINER_LIBCRIU_MISSING'],
    ['all', 'could not find symbol `criu_set_root` in `libcriu.so`', 'CONTAINER_LIBCRIU_MISSING'],
    ['all', 'libcriu is too old', OLD],
    ['all', 'shared ipc namespace restore is supported in CRIU >= 3.16.1', OLD],
    ['1.2 to 1.5', 'Shared uts namespace restore is supported in CRIU >= 3.16.1', OLD],
    ['1.26 and later', 'libcriu RPC config files supported in CRIU >= 4.2', OLD],
    ['all', 'CRIU does not support `src-nofollow` for bind mounts', OLD],
    ['all', 'CRIU: failed checking version', SILENT],
    ['all', 'CRIU init failed with -12', SILENT],
    ['all', 'checkpointing requires root', ROOTLESS],
    ['up to 1.5', 'Restoring requires root', ROOTLESS],
    ['1.27 and later', 'CRIU memory tracking not supported', 'CONTAINER_MEMORY_TRACKING'],
    [
      'up to 1.26',
      'Memory tracking not supported. Please check CRIU logfile /tmp/dump.log',
      'CONTAINER_MEMORY_TRACKING',
    ],
    ['up to 1.26', 'CRIU checkpointing failed -52.  Please check CRIU logfile /tmp/dump.log', ENGINE],
    ['1.27 and later', 'CRIU checkpointing failed: -52', ENGINE],
    ['1.27 and later', 'CRIU restoring failed: -52', ENGINE],
    ['1.27 and later', 'CRIU pre-dump failed: -52', ENGINE],
    ['1.27 and later', 'CRIU feature checking failed: -52', ENGINE],
    ['all', 'CRIU: failed adding external mount to `/etc/hosts`', MOUNT],
    ['all', 'unable to resolve external bind mount `/data` under rootfs', MOUNT],
    ['all', 'please specify a ID for the container', ARGUMENTS],
    ['all', 'unknown cgroup mode specified', ARGUMENTS],
    ['all', 'error creating checkpoint directory `/x`: Permission denied'],
  ]),
  ...of('CRI-O', [
    ['1.30 and later', 'Checkpoint/restore support disabled: CRIU binary not found in $PATH', MISSING],
    ['up to 1.29', 'cannot enable checkpoint/restore support without the criu binary in $PATH', MISSING],
    ['all', 'checkpoint/restore support not available', 'CONTAINER_CRI_SWITCHED_OFF'],
    ['all', 'checkpoint/restore requires at least CRIU 31600', MISSING],
    ['all', 'check for CRIU checkpoint/restore requires at least CRIU 31600, current version is 31500', OLD],
    ['all', 'configured runtime does not support checkpoint/restore', 'CONTAINER_WITHOUT_CRIU'],
    ['all', 'cannot restore running container 1f2e', STATE],
    ['all', 'a complete checkpoint for this container cannot be found, cannot restore: stat x', NONE],
    ['all', 'failed to open checkpoint archive /x.tar for import: open /x.tar: no such file', NONE],
    ['all', 'unpacking of checkpoint archive /x.tar failed: EOF', IMPORT],
    ['all', 'container restore failed: x', ENGINE],
    ['all', 'failed to checkpoint container 1f2e: x', ENGINE],
    [
      '1.30 and later',
      'namespaced signature policy defined for pods in namespace x; signature validation is not supported for container restore',
    ],
    ['all', 'Pod checkpointing requires a destination file'],
  ]),
  ...of('containerd', [
    ['since June 2026', 'criu binary not found in shim path or system PATH', MISSING],
    ['since June 2026', 'criu support is disabled by configuration', 'CONTAINER_CRI_SWITCHED_OFF'],
    ['2.0 and later', 'checkpoint/restore requires at least CRIU 31600, current version is 31500', OLD],
    ['since June 2026', 'failed to retrieve criu version: unexpected CRIU RPC response', SILENT],
    [
      'up to 1.7',
      'rpc error: code = Unimplemented desc = unknown method CheckpointContainer for service runtime.v1.RuntimeService',
      'CONTAINER_CRI_UNSUPPORTED',
    ],
    ['1.7, and not on Linux', 'method CheckpointContainer not implemented', 'CONTAINER_CRI_UNSUPPORTED'],
    ['all', 'cannot checkpoint a stopped container', STATE],
    ['all', 'cannot checkpoint a task in created state', STATE],
    ['all', 'checkpointing container "app" failed: x', ENGINE],
    ['all', 'ctr: ref must be provided', ARGUMENTS],
    ['all', 'image name not present in index'],
  ]),
  ...of('podman', [
    ['up to 4.5', 'checkpoint/restore requires at least CRIU 31100', MISSING],
    ['up to 1.9', 'checkpointing a container requires at least CRIU 31100', MISSING],
    [
      '4.6 and later',
      'failed to check for criu version: exec: "criu": executable file not found in $PATH',
      MISSING,
    ],
    ['4.6 and later', 'checkpoint/restore requires at least CRIU 31600, current version is 31100', OLD],
    ['all', 'checkpointing a container requires root', ROOTLESS],
    ['all', 'restoring a container requires root', ROOTLESS],
    ['all', 'configured runtime does not support checkpoint/restore', 'CONTAINER_WITHOUT_CRIU'],
    ['all', '"exited" is not running, cannot checkpoint: container state improper', STATE],
    ['all', 'container 1f is running or paused, cannot restore: container state improper', STATE],
    [
      'all',
      "cannot checkpoint containers that have been started with '--rm' unless '--export' is used",
      'CONTAINER_PODMAN_EXPORT',
    ],
    ['all', 'cannot export checkpoints of containers with dependencies', 'CONTAINER_PODMAN_EXPORT'],
    ['all', 'cannot import checkpoints of containers with dependencies', 'CONTAINER_PODMAN_EXPORT'],
    ['all', 'a complete checkpoint for this container cannot be found, cannot restore: stat x', NONE],
    ['all', 'failed to open checkpoint archive /x for import: open /x: no such file', NONE],
    ['3.0 and later', 'failed to open pre-checkpoint archive for import: open /x: no such file', NONE],
    ['4.0 and later', 'image is not a checkpoint: abc', NONE],
    ['4.0 and later', 'container image "abc" requires runtime: "runc"', IMPORT],
    ['3.3 and later', 'cannot restore pod container without --pod', IMPORT],
    ['3.3 and later', 'cannot restore non pod container into pod', IMPORT],
    ['3.3 and later', 'pod abc does not share the UTS namespace', IMPORT],
    ['3.3 and later', 'runtime /usr/bin/crun does not support pod restore', IMPORT],
    [
      '3.0 and later',
      'volume with name v already exists. Use --ignore-volumes to not restore content of volumes',
      IMPORT,
    ],
    ['all', 'ID of restored container (a) does not match requested ID (b)', IMPORT],
    [
      '3.0 and later',
      'system (architecture/kernel/CRIU) does not support memory tracking',
      'CONTAINER_MEMORY_TRACKING',
    ],
    ['all', 'podman: --ignore-rootfs can only be used with --export', ARGUMENTS],
    ['all', 'podman: --tcp-established cannot be used with --name', ARGUMENTS],
    ['all', 'cannot use --import with positional arguments', ARGUMENTS],
    [
      '3.0 and later',
      'selected compression algorithm ("xz") not supported. Please select one from: gzip, none, zstd',
      ARGUMENTS,
    ],
    ['all', 'displaying restore statistics not possible: x'],
    ['all', 'creating checkpoint export file "/x": open /x: permission denied'],
  ]),
  ...of('Docker', [
    [
      'client, all',
      'docker checkpoint create is only supported on a Docker daemon with experimental features enabled',
      EXPERIMENTAL,
    ],
    ['daemon, all', 'checkpoint is only supported in experimental mode', EXPERIMENTAL],
    [
      'daemon, all',
      'This experimental feature is disabled by default. Start the Docker daemon in experimental mode in order to enable it.',
      EXPERIMENTAL,
    ],
    ['17.12 and later', 'custom checkpointdir is not supported', 'CONTAINER_DOCKER_CHECKPOINT_DIR'],
    ['before 19.03', 'checkpoint not support on containers with tty', 'CONTAINER_TERMINAL'],
    ['all', 'checkpoint with name cp already exists for container app', 'CONTAINER_CHECKPOINT_EXISTS'],
    ['before 19.03', 'checkpoint cp does not exists for container app', NONE],
    ['19.03 and later', 'checkpoint cp does not exist for container /app', NONE],
    [
      'since August 2026',
      'checkpoint directory "/x" does not exist for container app: stat /x: no such file',
      NONE,
    ],
    [
      '25.0.0 to 25.0.3',
      'failed to create task for container: content digest 4ba0864fec064b253c12a12d: not found: unknown',
      'CONTAINER_DOCKER_RESTORE_BROKEN',
    ],
    [
      'all',
      'failed to upload checkpoint to containerd: commit failed: content sha256:c859fa: already exists',
      'CONTAINER_DOCKER_RESTORE_BROKEN',
    ],
    ['all', 'Cannot checkpoint container app: x', ENGINE],
    ['17.05 and later', 'Invalid checkpoint ID (a/b), only [a-zA-Z0-9] are allowed', ARGUMENTS],
    ['all', '"docker checkpoint create" requires exactly 2 arguments.', ARGUMENTS],
  ]),
  ...of('kubelet', [
    [
      '1.25 to 1.29, gate off',
      'POST /checkpoint/default/app/app\n404 page not found',
      'CONTAINER_KUBELET_ENDPOINT',
    ],
    ['all', 'unrecognized feature gate: CheckpointContainer', 'CONTAINER_KUBELET_ENDPOINT'],
    [
      '1.25 and later',
      'checkpointing of default/app/app failed (rpc error: code = Unknown desc = x)',
      ENGINE,
    ],
    [
      '1.25 and later',
      'checkpointing of default/app/app failed (rpc error: code = DeadlineExceeded desc = context deadline exceeded)',
      'CONTAINER_TIMEOUT',
    ],
    [
      'all',
      'Forbidden (user=system:anonymous, verb=create, resource=nodes, subresource=checkpoint)',
      'CONTAINER_KUBELET_FORBIDDEN',
    ],
  ]),
];
