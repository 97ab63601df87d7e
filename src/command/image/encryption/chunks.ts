import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

/** The number of bytes of plain text in each chunk but the last. */
export const CHUNK = 1 << 20;
const TAG = 16;
export const PREFIX = 7;

/** The error of a chunk that did not open; the caller says of which file. */
export class DamagedError extends Error {}

/**
 * Makes the nonce of a chunk, as in the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): chunks cannot
 * be exchanged, left out or added, and an end that was cut off is noticed.
 */
function nonceOf(prefix: Buffer, index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  prefix.copy(nonce);
  nonce.writeUInt32BE(index, PREFIX);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

interface Keyed {
  key: KeyObject;
  prefix: Buffer;
  /** The header, which is authenticated with every chunk. */
  header: Buffer;
}

/** Cuts bytes into pieces of one size; the last one may be shorter, and is empty only where there is nothing at all. */
async function* pieces(
  bytes: AsyncIterable<Buffer>,
  size: number,
): AsyncGenerator<{ piece: Buffer; last: boolean }> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    waiting.push(chunk);
    length += chunk.length;
    if (length <= size) continue;
    let all = Buffer.concat(waiting);
    for (; all.length > size; all = all.subarray(size)) yield { piece: all.subarray(0, size), last: false };
    waiting = [all];
    length = all.length;
  }
  yield { piece: Buffer.concat(waiting), last: true };
}

export async function* sealed(
  bytes: AsyncIterable<Buffer>,
  { key, prefix, header }: Keyed,
): AsyncGenerator<Buffer> {
  let index = 0;
  for await (const { piece, last } of pieces(bytes, CHUNK)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(prefix, index++, last)).setAAD(header);
    const body = cipher.update(piece);
    cipher.final();
    yield Buffer.concat([body, cipher.getAuthTag()]);
  }
}

/** @throws DamagedError at the first chunk that was not made with this key and header, in this place */
export async function* opened(
  bytes: AsyncIterable<Buffer>,
  { key, prefix, header }: Keyed,
): AsyncGenerator<Buffer> {
  let index = 0;
  for await (const { piece, last } of pieces(bytes, CHUNK + TAG)) {
    if (piece.length < TAG) throw new DamagedError('it is cut off');
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(prefix, index++, last)).setAAD(header);
    decipher.setAuthTag(piece.subarray(piece.length - TAG));
    const body = decipher.update(piece.subarray(0, piece.length - TAG));
    try {
      decipher.final();
    } catch {
      throw new DamagedError(
        index === 1 ? 'the key is another one, or its beginning was changed' : 'it was changed or cut off',
      );
    }
    yield body;
  }
}
