import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The blobs of images, by digest; they are memory of programs, so nobody else may look. */
export class BlobCache {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = join(directory, 'blobs', 'sha256');
  }

  async prepare(): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
  }

  path(digest: string): string {
    return join(this.directory, digest.slice('sha256:'.length));
  }

  /** Returns the path of what has come of a blob so far; whoever asks for it again goes on there. */
  partial(digest: string): string {
    return `${this.path(digest)}.partial`;
  }

  /**
   * Tells whether a blob is there, whole: what lies there was compared when it came, and is compared by its size now.
   */
  async has(digest: string, size: number): Promise<boolean> {
    const status = await stat(this.path(digest)).catch(() => undefined);
    return status?.isFile() === true && status.size === size;
  }

  async keep(digest: string, from: string): Promise<void> {
    await rename(from, this.path(digest));
  }

  scratch(): string {
    return join(this.directory, `new-${process.pid}-${randomBytes(4).toString('hex')}`);
  }
}

export const cacheDirectory = (environment: NodeJS.ProcessEnv = process.env): string =>
  environment.CRAC_CACHE_DIR ||
  join(environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache'), 'node-crac');

/** @returns `sha256:…` of a file */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}
