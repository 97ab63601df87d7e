import type { LogLine } from './line.ts';

/** A program whose words stand in a text; `criu` where the engine speaks for itself. */
export type Speaker =
  | 'crac'
  | 'kubernetes'
  | 'docker'
  | 'podman'
  | 'crio'
  | 'containerd'
  | 'runc'
  | 'crun'
  | 'lxd'
  | 'gvisor'
  | 'liberty'
  | 'quarkus'
  | 'spring'
  | 'micronaut'
  | 'java'
  | 'nvidia'
  | 'criu';

/**
 * Words by which programs are known, outermost first: whoever asked for the checkpoint can change how it is asked for.
 */
const WORDS: readonly (readonly [Speaker, RegExp])[] = [
  [
    'crac',
    /^crac: |\bcrac (?:run|checkpoint|restore|build)\b|no-io-uring\.so|crac-(?:mailbox|memory\.img|fd\d)/m,
  ],
  [
    'kubernetes',
    /\bkubelet\b|\bcrictl\b|remote_runtime\.go|\bkubectl\b|kubernetes\.io|\bk8s\.io\b|\/checkpoint\/[\w-]+\/[\w-]+\/|RuntimeService|FailedCheckpoint|ContainerCheckpoint|CheckpointContainer|:10250\b|checkpointing of \S+\/\S+\/\S+ failed/,
  ],
  [
    'gvisor',
    /\brunsc\b|\bgvisor\b|urpc method|CompleteRestore\(\)|gofer\.dentry|no host FD available|restoring container "/,
  ],
  [
    'lxd',
    /\blxd\b|\bincus\b|\blxc (?:snapshot|restore|move|copy|stop|start)\b|snapshot dump failed|stateful (?:snapshot|checkpoint)\b|container live migration/i,
  ],
  ['docker', /\bdockerd?\b|Docker daemon|Error response from daemon|\bmoby\b/],
  [
    'podman',
    /\bpodman\b|\blibpod\b|\bconmon\b|OCI runtime error|: OCI (?:permission denied|runtime attempted)|ing a container requires root|container state improper|failed extracting runtime information from|creating container storage: |^Error: (?:--?[\w-]+ can(?:not|(?: only)? not| only) be used with|no container with name or ID|no such container or image|you must provide at least one name or id|no arguments are needed with --all|image is not a checkpoint|selected compression algorithm|checkpoint archive \S+ was created with runtime)/m,
  ],
  ['crio', /\bcri-?o\b|Checkpoint\/restore support (?:disabled|enabled)/i],
  ['containerd', /\bcontainerd\b|criu support is disabled by configuration|\bnerdctl\b|\bctr\b/],
  [
    'runc',
    /\brunc\b|criu failed: |CRIU version (?:check failed|\d+ must be)|level=error msg="?(?:CRIU is missing features|container (?:still running|paused|does not exist|with given ID already exists))|descriptors\.json/,
  ],
  ['crun', /\bcrun\b|libcriu\.so|libcriu is too old|excerpt from CRIU log/],
  ['liberty', /\bCWWK[A-Z]\d{4}|\bliberty\b/i],
  ['quarkus', /\bquarkus\b/i],
  ['spring', /org\.springframework|\bSpring Boot\b|spring\.context\.checkpoint/],
  ['micronaut', /\bio\.micronaut\b|\bmicronaut\b/i],
  [
    'java',
    /\b(?:jdk|javax|org)\.crac\b|-XX:C[R]\w+|\bJVM: |CR(?:aC)?: Checkpoint|CRIU failed with exit code|jdk\.internal\.crac|\bjava\.(?:lang|base)\b/,
  ],
  ['nvidia', /\bcuda[_-](?:plugin|checkpoint)\b|\/dev\/nvidia|\bnvidia\b|\blibcuda\b/i],
];

/** Those who keep containers in that storage. */
const STORAGE: readonly Speaker[] = ['podman', 'crio', 'kubernetes'];

/**
 * Lists every program that speaks in a text, outermost first; never empty.
 * @param text as it was read: what stands before a line of the engine tells who passed it on
 */
export function speakersOf(text: string, lines: readonly LogLine[]): Speaker[] {
  const found = WORDS.filter(([, pattern]) => pattern.test(text)).map(([speaker]) => speaker);
  // Both podman and CRI-O keep containers there, and CRI-O names itself or Kubernetes.
  if (
    /\/overlay-containers\/|\/btrfs-containers\/|\/vfs-containers\//.test(text) &&
    !found.some((one) => STORAGE.includes(one))
  )
    found.unshift('podman');
  const engine = lines.some(({ file, level }) => file !== undefined || level === 'debug');
  if (engine || found.length === 0) found.push('criu');
  return found;
}

export const NAMES: Readonly<Record<Speaker, string>> = {
  crac: 'crac',
  kubernetes: 'Kubernetes',
  docker: 'Docker',
  podman: 'podman',
  crio: 'CRI-O',
  containerd: 'containerd',
  runc: 'runc',
  crun: 'crun',
  lxd: 'LXD or Incus',
  gvisor: 'gVisor',
  liberty: 'Open Liberty',
  quarkus: 'Quarkus',
  spring: 'Spring',
  micronaut: 'Micronaut',
  java: 'Java',
  nvidia: "NVIDIA's helper",
  criu: 'CRIU',
};

/** Places where the engine's own log lies, for somebody who has only this program's words. */
export const LOGS: Readonly<Partial<Record<Speaker, string>>> = {
  kubernetes: 'journalctl -u kubelet -u crio -u containerd --since -10min',
  docker:
    'sudo crac explain "/run/containerd/io.containerd.runtime.v2.task/moby/$(docker inspect -f \'{{.Id}}\' NAME)/criu-dump.log"',
  podman:
    'podman container checkpoint --keep NAME; crac explain "$(podman inspect NAME --format \'{{.StaticDir}}\')/dump.log"',
  crio: 'sudo find /run/containers/storage /var/lib/containers/storage -name dump.log -o -name restore.log',
  containerd:
    'sudo find /run/containerd/io.containerd.runtime.v2.task -name "criu-*.log" -o -name restore.log',
  runc: 'runc checkpoint --work-path /tmp/work NAME; crac explain /tmp/work/dump.log',
  crun: 'crun checkpoint --work-path=/tmp/work NAME; crac explain /tmp/work/dump.log',
  lxd: 'lxc info --show-log NAME || incus info --show-log NAME; sudo ls /var/log/lxd/NAME /var/log/incus/NAME',
  gvisor:
    'runsc --debug --debug-log=/tmp/runsc/ restore --image-path DIR NAME; grep -h -i fatal /tmp/runsc/*',
  liberty: 'crac explain /logs/checkpoint/checkpoint.log',
  java: 'crac explain "$DIR"/dump4.log   # DIR: what -XX:CRaCCheckpointTo names',
};
