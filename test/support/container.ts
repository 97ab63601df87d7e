import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readAptSources } from '../../src/command/engines/criu/install/apt-sources.ts';
import { mainArchives, thisDistribution } from '../../src/command/engines/criu/install/apt-suites.ts';
import { aptInstall } from './apt.ts';
import { type Ended, type Place, ROOT, type Running } from './crac.ts';
import { criuPath } from './engine.ts';

const TOOLS = ['crun', 'debootstrap'];

const has = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;

/**
 * The commands for a mount namespace with one cgroup hierarchy: crun refuses the hybrid ones that test machines have.
 */
const CGROUP = 'umount -R -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup';

/**
 * Says why no real container can be started here; undefined where it can. Installs what is missing if apt-get can, and
 * makes a minimal Debian for the containers, which is kept for the next run.
 */
export async function whyNoContainers(): Promise<string | undefined> {
  if (process.geteuid?.() !== 0) return 'needs root, to start containers';
  if (!TOOLS.every(has)) aptInstall(...TOOLS);
  const missing = TOOLS.filter((tool) => !has(tool));
  if (missing.length > 0) return `apt-get cannot install ${missing.join(' and ')}`;
  const mounts = spawnSync('unshare', ['-m', 'sh', '-c', CGROUP], { encoding: 'utf8' });
  if (mounts.status !== 0) return `no mounts here: ${mounts.stderr.trim()}`;
  return makeDebian(codename);
}

const { codename } = await thisDistribution();
/** Returns the path of a minimal Debian, which is kept. */
export const debian = (suite: string): string => join(tmpdir(), `crac-container-${suite}`);
export const BASE = debian(codename);

/**
 * The script that makes it: under its name it is whole. Test files run side by side: one makes it, the others wait and
 * find it made.
 */
const MAKE = `
[ -e "$1" ] && exit
rm -rf "$1.partial"
debootstrap --variant=minbase "$2" "$1.partial" "$3" && chmod 755 "$1.partial" && mv -T "$1.partial" "$1"`;

/** @returns why there is none */
export async function makeDebian(suite: string): Promise<string | undefined> {
  const base = debian(suite);
  if (existsSync(base)) return undefined;
  const [archive] = mainArchives(await readAptSources(), await thisDistribution());
  if (!archive) return "apt's sources name no archive of this distribution";
  const words = [`${base}.lock`, 'sh', '-c', MAKE, 'sh', base, suite, archive.uri];
  const made = spawnSync('flock', words, { encoding: 'utf8' });
  if (made.error) return `flock cannot be run: ${made.error.message}`;
  if (made.status === 0) return undefined;
  return `debootstrap: ${(made.stdout + made.stderr).trim().split('\n').at(-1)}`;
}

/** Copies node, crac and its engine, as a `COPY` would put them into a container's image. */
async function copyProgram(layer: string): Promise<void> {
  const crac = join(layer, 'opt/node-crac');
  for (const name of ['bin', 'dist', 'native/build', 'package.json'])
    await cp(join(ROOT, name), join(crac, name), { recursive: true });
  await cp(process.execPath, join(layer, 'usr/local/bin/node'));
  const engine = dirname(dirname(criuPath())); // its paths are written into it: it stays where it was
  await cp(engine, join(layer, engine), { recursive: true, preserveTimestamps: true });
}

/** The part of an OCI container's configuration that the tests vary. */
export interface Confinement {
  user?: number;
  capabilities?: readonly string[];
  seccomp?: object;
  /** True where parts of /proc are hidden and read-only, as with Docker and Podman. */
  maskProc?: boolean;
  /** The path of the volume; default /images. */
  volume?: string;
  readOnlyImages?: boolean;
  /**
   * True where the container itself has a user namespace, as with rootless Podman or `hostUsers: false` of Kubernetes.
   */
  userNamespace?: boolean;
  readOnlyRoot?: boolean;
  env?: Record<string, string>;
  noNewPrivileges?: boolean;
  cwd?: string;
  /** True where it has the machine's own network, for what must be fetched. */
  hostNetwork?: boolean;
  /** The seconds after which it is ended; 0 for none: then the command is the container's first process. Default 60. */
  seconds?: number;
}

const MASKED =
  '/proc/acpi /proc/kcore /proc/keys /proc/latency_stats /proc/timer_list /proc/sched_debug /proc/scsi /sys/firmware';
const READ_ONLY = '/proc/bus /proc/fs /proc/irq /proc/sys /proc/sysrq-trigger';

const IDS = [{ containerID: 0, hostID: 200000, size: 65536 }];

const mount = (destination: string, type: string, ...options: string[]) => ({
  destination,
  type,
  source: type,
  options,
});

/**
 * Writes the configuration as Docker and Podman do for runc and crun; no rlimits, which may not be raised on the test
 * machines.
 */
function ociConfig(images: string, args: string[], confinement: Confinement): object {
  const {
    user = 0,
    capabilities = [],
    seccomp,
    maskProc = false,
    readOnlyImages = false,
    seconds = 60,
    noNewPrivileges = false,
  } = confinement;
  const env = { PATH: '/opt/node-crac/bin:/usr/local/bin:/usr/bin:/bin', ...confinement.env };
  const bounding = capabilities.map((name) => `CAP_${name}`);
  const effective = user === 0 ? bounding : []; // an execve as another user keeps none
  return {
    ociVersion: '1.0.0',
    process: {
      user: { uid: user, gid: user },
      args: [...(seconds > 0 ? ['timeout', '-s', 'KILL', String(seconds)] : []), ...args],
      env: Object.entries(env).map((pair) => pair.join('=')),
      cwd: confinement.cwd ?? '/',
      noNewPrivileges,
      capabilities: { bounding, effective, permitted: effective, inheritable: [] },
    },
    root: { path: 'root', readonly: confinement.readOnlyRoot ?? false },
    mounts: [
      mount('/proc', 'proc', 'nosuid', 'noexec', 'nodev'),
      mount('/dev', 'tmpfs', 'nosuid', 'strictatime', 'mode=755', 'size=65536k'),
      mount('/dev/pts', 'devpts', 'nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'),
      mount('/dev/shm', 'tmpfs', 'nosuid', 'noexec', 'nodev', 'mode=1777'),
      mount('/dev/mqueue', 'mqueue', 'nosuid', 'noexec', 'nodev'),
      mount('/sys', 'sysfs', 'nosuid', 'noexec', 'nodev', 'ro'),
      ...(confinement.readOnlyRoot ? [mount('/tmp', 'tmpfs', 'mode=1777')] : []),
      {
        destination: confinement.volume ?? '/images',
        type: 'bind',
        source: images,
        options: ['rbind', readOnlyImages ? 'ro' : 'rw'],
      },
    ],
    linux: {
      namespaces: [
        'pid',
        ...(confinement.hostNetwork ? [] : ['network']),
        'ipc',
        'uts',
        'mount',
        ...(confinement.userNamespace ? ['user'] : []),
      ].map((type) => ({ type })),
      ...(confinement.userNamespace && { uidMappings: IDS, gidMappings: IDS }),
      maskedPaths: maskProc ? MASKED.split(' ') : [],
      readonlyPaths: maskProc ? READ_ONLY.split(' ') : [],
      ...(seccomp && { seccomp }),
    },
  };
}

const START = `
${CGROUP} &&
mount -t overlay overlay -o "lowerdir=$2,upperdir=upper,workdir=work" root &&
exec crun run --bundle . --pid-file pid "$1"`;

let started = 0;

export interface StartedContainer {
  running: Running;
  /** The container's directory; `pid` in it has the PID of its first process, as seen from here. */
  bundle: string;
  /** The directory of what the container has written. */
  upper: string;
}

/** Real containers (crun) with a Debian of their own, node, crac and a volume at /images. */
export class Containers {
  private constructor(readonly directory: string) {}

  static async create(): Promise<Containers> {
    const containers = new Containers(await mkdtemp(join(tmpdir(), 'crac-containers-')));
    await copyProgram(containers.#path('program'));
    await chmod(containers.directory, 0o755); // a user namespace's root is an ordinary user outside
    await mkdir(containers.#path('program/images'));
    await mkdir(containers.#path('images'));
    await chmod(containers.#path('images'), 0o1777);
    return containers;
  }

  /** Makes a directory for a layer of a file system. */
  async layer(): Promise<string> {
    const path = this.#path(`layer-${++started}`);
    await mkdir(path);
    return path;
  }

  /** Returns the path of a file of the volume, as seen from here. */
  images(name: string): string {
    return this.#path(join('images', name));
  }

  #path(name: string): string {
    return join(this.directory, name);
  }

  /**
   * Runs a command in a new container to its end; what it left in /images is seen by the next one.
   * @param others layers between the program and the minimal Debian
   */
  async run(
    place: Place,
    args: string[],
    confinement: Confinement,
    others: readonly string[] = [],
  ): Promise<Ended> {
    const container = await this.start(place, args, confinement, [this.#path('program'), ...others]);
    const ended = await container.running.ended;
    await rm(container.bundle, { recursive: true });
    return ended;
  }

  /** @param layers the file system above the minimal Debian, topmost first */
  async start(
    place: Place,
    args: string[],
    confinement: Confinement,
    layers: readonly string[],
  ): Promise<StartedContainer> {
    const id = `crac-test-${process.pid}-${++started}`;
    const bundle = this.#path(id);
    for (const name of ['', 'root', 'upper', 'work']) await mkdir(join(bundle, name));
    const config = ociConfig(this.#path('images'), args, confinement);
    await writeFile(join(bundle, 'config.json'), JSON.stringify(config));
    const words = ['-m', 'sh', '-c', START, 'sh', id, [...layers, BASE].join(':')];
    const running = place.start('unshare', words, { cwd: bundle });
    return { running, bundle, upper: join(bundle, 'upper') };
  }

  async close(): Promise<void> {
    await rm(this.directory, { recursive: true });
  }
}
