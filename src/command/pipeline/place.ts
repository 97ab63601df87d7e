import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isAlive } from '../base/alive.ts';
import { publish } from '../image/publish.ts';

/**
 * The place of an image until it has been tried: beside its final one, under a name of this process. Several machines
 * may build on one volume, so the machine is part of the name.
 */
export class BuildPlace {
  readonly image: string;
  readonly untried: string;

  constructor(image: string) {
    this.image = image;
    this.untried = `${prefixOf(image)}${process.pid}`;
  }

  /** The path of what was kept of an image that failed its trial. */
  get failed(): string {
    return `${this.image}.failed`;
  }

  /** Removes what killed builds of the same image left. */
  async clear(): Promise<void> {
    const prefix = basename(prefixOf(this.image));
    for (const name of await this.#beside(prefix)) {
      const [pid = ''] = name.slice(prefix.length).split('.');
      if (/^\d+$/.test(pid) && (Number(pid) === process.pid || !isAlive(Number(pid))))
        await rm(join(dirname(this.image), name), { recursive: true, force: true });
    }
  }

  /** True where an image is there: `restore.conf` has its last line before the directory gets its name. */
  get hasImage(): boolean {
    return existsSync(join(this.untried, 'manifest.json'));
  }

  /** Says whether a checkpoint is being written, by whomever. */
  async isBeingWritten(): Promise<boolean> {
    return (await this.#beside(`${basename(this.untried)}.partial-`)).length > 0;
  }

  publish(): Promise<void> {
    return publish(this.untried, this.image);
  }

  async keep(): Promise<void> {
    await rm(this.failed, { recursive: true, force: true });
    await rename(this.untried, this.failed);
  }

  /** Removes what is not an image under its name. */
  async remove(): Promise<void> {
    for (const name of await this.#beside(basename(this.untried)))
      await rm(join(dirname(this.image), name), { recursive: true, force: true });
  }

  async #beside(prefix: string): Promise<string[]> {
    return (await readdir(dirname(this.image))).filter((name) => name.startsWith(prefix));
  }
}

const prefixOf = (image: string): string => `${image}.build-${hostname()}-`;
