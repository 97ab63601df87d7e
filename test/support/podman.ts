import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askInside } from './ask-inside.ts';
import type { Ended, Place, Running } from './crac.ts';
import { missing } from './debian.ts';

/** Why podman and buildah cannot be used here; empty where they can. */
export const whyNoPodman = (): string =>
  process.geteuid?.() !== 0
    ? 'needs root, to start containers'
    : missing('podman', 'podman', 'conmon', 'runc') || missing('buildah') || missing('catatonit');

/** podman and buildah as root, with storage, settings and mounts of their own: in one mount namespace, that ends with it. */
export class Podman {
  #mounts: Running;

  private constructor(
    readonly place: Place,
    readonly directory: string,
  ) {
    this.#mounts = place.start('unshare', ['--mount', '--propagation', 'private', 'sleep', 'infinity']);
  }

  static start(place: Place, name = 'podman'): Podman {
    const directory = place.path(name);
    mkdirSync(directory);
    const settings = [
      '[containers]',
      'default_ulimits = []', // a hard limit that is higher than this machine's cannot be set
      '[engine]',
      'cgroup_manager = "cgroupfs"',
      'events_logger = "file"',
      'runtime = "runc"',
      'init_path = "/usr/bin/catatonit"',
      `tmp_dir = "${directory}/tmp"`,
    ];
    const storage = [
      '[storage]',
      'driver = "overlay"',
      `graphroot = "${directory}/graph"`,
      `runroot = "${directory}/run"`,
    ];
    writeFileSync(join(directory, 'containers.conf'), `${settings.join('\n')}\n`);
    writeFileSync(join(directory, 'storage.conf'), `${storage.join('\n')}\n`);
    return new Podman(place, directory);
  }

  /** @param words from the program's name, `podman` or `buildah` */
  command(...words: string[]): Promise<Ended> {
    const env = {
      CONTAINERS_CONF: join(this.directory, 'containers.conf'),
      CONTAINERS_STORAGE_CONF: join(this.directory, 'storage.conf'),
    };
    const inside = ['--target', String(this.#mounts.pid), '--mount', ...words];
    return this.place.start('nsenter', inside, { env }).ended;
  }

  run(...words: string[]): Promise<Ended> {
    return this.command('podman', ...words);
  }

  async done(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(...words);
    if (code !== 0) throw new Error(`podman ${words.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
    return stdout.trim();
  }

  ask(container: string, path = '/'): Promise<string> {
    return askInside(this, container, path);
  }

  /** Ends all containers: their monitors are no children of this process. */
  async close(): Promise<void> {
    await this.done('rm', '--all', '--force', '--time', '0');
  }
}
