import { existsSync, readlinkSync } from 'node:fs';
import { type Finding, limit, ok, problem } from './finding.ts';
import type { Machine } from './machine.ts';
import { ownMounts, readText } from './proc.ts';
import { knownRuntime, setting } from './settings.ts';

export type Runtime = 'docker' | 'podman' | 'kubernetes' | 'containerd' | 'oci';

export interface Container {
  runtime: Runtime;
  /** The sign that told. */
  sign: string;
}

/** The inode of the first PID namespace, in every kernel (PROC_PID_INIT_INO). */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';

const isFirstNamespace = (): boolean => readlinkSync('/proc/self/ns/pid') === FIRST_PID_NAMESPACE;

const SIGNS: [Runtime, () => string | undefined][] = [
  ['kubernetes', () => (process.env.KUBERNETES_SERVICE_HOST ? 'KUBERNETES_SERVICE_HOST is set' : undefined)],
  ['kubernetes', () => cgroupSays(/kubepods/)],
  ['podman', () => existing('/run/.containerenv')],
  ['docker', () => existing('/.dockerenv')],
  ['podman', () => cgroupSays(/libpod/)],
  ['docker', () => cgroupSays(/\/docker/)],
  ['containerd', () => cgroupSays(/containerd|nerdctl/)],
  ['oci', maskedProc],
];

const existing = (path: string) => (existsSync(path) ? path : undefined);

function cgroupSays(pattern: RegExp): string | undefined {
  const line = (readText('/proc/self/cgroup') ?? '').split('\n').find((text) => pattern.test(text));
  return line && `cgroup ${line}`;
}

/**
 * Returns a sign of runc, crun or youki, which leave no name: what they mount over /proc, or a root that is not the
 * machine's.
 */
function maskedProc(): string | undefined {
  const mounts = ownMounts();
  const over = mounts.find(({ point }) => isMask(point));
  if (over) return `${over.point} is mounted over`;
  const queue = mounts.find(({ point }) => point === '/dev/mqueue');
  return queue && mounts.length < 30 ? 'a PID namespace and the mounts of runc or crun' : undefined;
}

export function findContainer(): Container | undefined {
  // A machine whose disk was made of a container's image has that image's files, too.
  if (isFirstNamespace() && !process.env.KUBERNETES_SERVICE_HOST && !existsSync('/run/.containerenv'))
    return undefined;
  for (const [runtime, sign] of SIGNS) {
    const told = sign();
    if (told !== undefined) return { runtime, sign: told };
  }
  return undefined;
}

const NAMES: Record<Runtime, string> = {
  docker: 'Docker',
  podman: 'Podman',
  kubernetes: 'Kubernetes',
  containerd: 'containerd',
  oci: 'an OCI runtime such as runc or crun',
};

/** Empty directories: the kernel does not take a mount there for one that hides something. */
const HARMLESS = ['/proc/sys/fs/binfmt_misc', '/proc/fs/nfsd'];

const isMask = (point: string): boolean => /^\/proc\/./.test(point) && !HARMLESS.includes(point);

/** Lists what hides parts of /proc: the kernel then mounts no new /proc in a user namespace (mount_too_revealing). */
export const procMasks = (): string[] => [
  ...new Set(
    ownMounts()
      .map(({ point }) => point)
      .filter(isMask),
  ),
];

export function checkContainer({ container, probe }: Machine): Finding[] {
  if (!container) return [ok('container.runtime', 'none', 'a container adds limits of its own')];
  const { runtime, sign } = container;
  return [
    ok(
      'container.runtime',
      `${NAMES[runtime]} (${sign})`,
      `settings are told in its words; all that are needed: crac doctor --for ${knownRuntime(runtime)}`,
    ),
    ...checkProc(runtime, probe?.way ?? 'user', probe?.answers.get('mount-proc')),
  ];
}

function checkProc(runtime: Runtime, way: string, mounted: string | undefined): Finding[] {
  const masks = procMasks();
  const why =
    'each program gets a PID namespace with a /proc of its own, and in a user namespace the kernel mounts none while parts of /proc are hidden';
  if (masks.length === 0) return [ok('container.proc', 'no part of /proc is hidden', why)];
  const seen = `${masks.length} parts of /proc are hidden or read-only, as ${masks.slice(0, 3).join(', ')}`;
  if (way === 'root') return [ok('container.proc', `${seen}; no matter with these capabilities`, why)];
  const make = mounted === '' ? limit : problem;
  return [make('container.proc', seen, why, { mend: setting(runtime, 'unmask-proc') })];
}
