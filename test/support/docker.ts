import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { askInside } from './ask-inside.ts';
import { type Ended, type Place, pause, type Running } from './crac.ts';
import { missing } from './debian.ts';

/** Says why Docker's engine cannot be started here; empty where it can. */
export const whyNoDocker = (): string =>
  process.geteuid?.() === 0
    ? missing('dockerd', 'docker.io', 'containerd', 'runc')
    : 'needs root, to start an engine';

/** Words around the engine: a network of its own, in which it may make bridges and rules. */
const OWN_NETWORK = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];
const NO_NETWORK = ['--iptables=false', '--ip6tables=false', '--bridge=none'];

/**
 * Docker's real engine, with a directory of its own. Containers have no network, or the host's; with \`network\` they have
 * Docker's own, apart from this machine's.
 */
export class Docker {
  #daemon: Running | undefined;

  private constructor(
    readonly place: Place,
    readonly directory: string,
    readonly root: string,
  ) {}

  /**
   * @param name of its directory; one that an engine was closed with has its images still
   * @param root of the engine's own programs, where it is not the installed one
   */
  static async start(place: Place, name = 'docker', { network = false, root = '' } = {}): Promise<Docker> {
    const docker = new Docker(place, place.path(name), root);
    mkdirSync(docker.directory, { recursive: true });
    const { directory } = docker;
    const [command = '', ...words] = [...(network ? OWN_NETWORK : []), 'dockerd'];
    const env = { PATH: `${root}/usr/bin:${root}/usr/sbin:${process.env.PATH}` };
    const own = [
      ...words,
      ...['--data-root', `${directory}/data`, '--exec-root', `${directory}/exec`],
      ...['--pidfile', `${directory}/pid`, '-H', `unix://${directory}/sock`],
      ...(network ? [] : NO_NETWORK),
      ...['--storage-driver=overlay2', '--exec-opt', 'native.cgroupdriver=cgroupfs'],
    ];
    const daemon = place.start(command, own, { env });
    docker.#daemon = daemon;
    for (const until = Date.now() + 60_000; ; await pause(100)) {
      if ((await docker.run('version')).code === 0) return docker;
      if (Date.now() > until) throw new Error(daemon.stderr());
    }
  }

  /** Runs the client of the same package: another one may stand before it in PATH. */
  run(...words: string[]): Promise<Ended> {
    return this.with({}, ...words);
  }

  with(env: NodeJS.ProcessEnv, ...words: string[]): Promise<Ended> {
    return this.place.start(
      `${this.root}/usr/bin/docker`,
      ['-H', `unix://${this.directory}/sock`, ...words],
      { env },
    ).ended;
  }

  async done(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...words);
    if (code !== 0) throw new Error(`docker ${words.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    return stdout.trim();
  }

  ask(container: string, path = '/'): Promise<string> {
    return askInside(this, container, path);
  }

  /** Stops every container, then the engine: mounts below its directory would hold it otherwise. */
  async close(): Promise<void> {
    const all = (await this.done('ps', '--all', '--quiet')).split('\n').filter(Boolean);
    if (all.length > 0) await this.done('rm', '--force', ...all);
    this.#daemon?.child.kill('SIGTERM');
    await this.#daemon?.ended;
    // What the engine has mounted for itself would hold the directory.
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '');
    for (const point of mounts.filter((each) => each.startsWith(this.directory)).reverse())
      spawnSync('umount', ['--lazy', point]);
  }
}
