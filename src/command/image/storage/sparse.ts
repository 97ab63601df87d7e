import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';

const BLOCK = 4096;
const ZERO = Buffer.alloc(BLOCK);

/** The number of some bytes of a stream, and their SHA-256 in hexadecimal. */
export interface Summed {
  size: number;
  sha256: string;
}

export async function sumOf(bytes: Readable): Promise<Summed> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}

async function writeStretches(file: FileHandle, blocks: Buffer, position: number): Promise<void> {
  for (let at = 0; at < blocks.length; ) {
    let end = at;
    while (end < blocks.length && !isZero(blocks, end)) end += BLOCK;
    end = Math.min(end, blocks.length);
    if (end > at) await file.write(blocks, at, end - at, position + at);
    at = Math.max(end, at + BLOCK);
  }
}

const isZero = (blocks: Buffer, at: number): boolean =>
  at + BLOCK <= blocks.length && blocks.compare(ZERO, 0, BLOCK, at, at + BLOCK) === 0;

/**
 * Writes a new file; blocks of zeros become holes, as they are in a page file.
 * @param most bytes that are expected: a small file may unpack to one that fills the disk
 */
export async function writeSparse(
  path: string,
  bytes: Readable,
  mode: number,
  most = Number.POSITIVE_INFINITY,
): Promise<Summed> {
  const hash = createHash('sha256');
  const file = await open(path, 'wx', mode);
  try {
    let size = 0;
    let rest = Buffer.alloc(0);
    for await (const chunk of bytes) {
      hash.update(chunk);
      if (size + rest.length + chunk.length > most) throw new Error(`it holds more than ${most} bytes`);
      const all = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk]);
      const whole = all.length - (all.length % BLOCK);
      await writeStretches(file, all.subarray(0, whole), size);
      size += whole;
      rest = Buffer.from(all.subarray(whole));
    }
    await writeStretches(file, rest, size);
    size += rest.length;
    await file.truncate(size);
    return { size, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}
