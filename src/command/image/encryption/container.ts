import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { writeSparse } from '../storage/sparse.ts';
import { DamagedError } from './chunks.ts';

/**
 * An entry of a container: the files of an image one after the other, each behind a line of JSON with its name, mode
 * and size, and an empty line at the end.
 */
interface Entry {
  name: string;
  mode: number;
  size: number;
}

/** A length that no header line reaches; a name has 255 bytes at most. */
const LINE_MAX = 4096;

export async function* packed(directory: string): AsyncGenerator<Buffer> {
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name);
    const { mode, size } = await stat(path);
    const entry: Entry = { name, mode: mode & 0o777, size };
    yield Buffer.from(`${JSON.stringify(entry)}\n`);
    let left = size;
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      left -= (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    if (left !== 0) throw new Error(`${path} changed while it was read`);
  }
  yield Buffer.from('\n');
}

/** A stream from which bytes are taken in the lengths that are asked for. */
class Source {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done) return false;
    this.#rest = this.#rest.length === 0 ? value : Buffer.concat([this.#rest, value]);
    return true;
  }

  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf(0x0a);
      if (end > LINE_MAX || (end < 0 && this.#rest.length > LINE_MAX))
        throw new DamagedError('a line in it is too long');
      if (end >= 0) {
        const line = this.#rest.toString('utf8', 0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      if (!(await this.#more())) throw new DamagedError('it is cut off');
    }
  }

  async *bytes(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#more())) throw new DamagedError('it is cut off');
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      if (part.length > 0) yield part;
    }
  }

  async end(): Promise<void> {
    while (await this.#more());
    if (this.#rest.length > 0) throw new DamagedError('there is more behind its end');
  }
}

function entryOf(line: string): Entry {
  const { name, mode, size } = JSON.parse(line) as Entry;
  const isOne =
    typeof name === 'string' && name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
  if (!isOne || !Number.isSafeInteger(size) || size < 0 || !Number.isInteger(mode) || (mode & ~0o777) !== 0)
    throw new DamagedError('an entry in it is not one of ours');
  return { name, mode, size };
}

/** Writes the files of a container into an empty directory. */
export async function unpack(bytes: AsyncIterable<Buffer>, directory: string): Promise<void> {
  const source = new Source(bytes);
  for (let line = await source.line(); line !== ''; line = await source.line()) {
    const { name, mode, size } = entryOf(line);
    await writeSparse(join(directory, name), Readable.from(source.bytes(size)), mode);
  }
  await source.end();
}
