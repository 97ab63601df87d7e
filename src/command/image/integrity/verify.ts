import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { inspectImage } from '../inspect.ts';
import { MANIFEST } from '../manifest.ts';
import { RESTORE_CONF, withoutLine } from '../restore-conf.ts';
import { sumOf } from '../storage/sparse.ts';
import { COMPRESSED, readStored, STORED_FILE, SUFFIX } from '../storage/stored.ts';
import { decompressed, needZstd } from '../storage/zstd.ts';
import { isFileName } from '../trust.ts';
import { checkSignature, readKey } from './signature.ts';
import { UNSUMMED } from './sums.ts';

export interface Verified {
  image: string;
  files: number;
  /** The bytes that were read, as the engine needs them. */
  size: number;
  /** The fingerprint of the key that signed the image; undefined where no signature was asked for. */
  signedBy?: string;
}

const SHOWN = 8;

/**
 * Compares every file of an image with the SHA-256 that was recorded when it was made; of a compressed image, what comes
 * out of it.
 *
 * @param publicKey path of the key that must have signed the image
 * @throws CommandError that names every file that is changed, missing or too much
 */
export async function verifyImage(image: string, publicKey?: string): Promise<Verified> {
  const key = publicKey === undefined ? undefined : await readKey(publicKey, 'public');
  const { manifest } = await inspectImage(image);
  const signedBy = key && (await checkSignature(image, await readFile(join(image, MANIFEST)), key));
  const { files } = manifest;
  if (!Array.isArray(files))
    throw new CommandError(
      `${image} cannot be verified: it was made before checksums were recorded. Make it anew`,
      EXIT.image,
    );
  const stored = await readStored(image);
  if (stored) needZstd();
  const packed = new Set(stored?.files.map(({ name }) => name));
  const bytesOf = (name: string): Readable => {
    if (packed.has(name)) return decompressed(join(image, name + SUFFIX));
    if (stored && name === RESTORE_CONF) return Readable.from(confBefore(image));
    return createReadStream(join(image, name), { highWaterMark: 1 << 20 });
  };
  const problems: string[] = [];
  let size = 0;
  for (const { name, sha256 } of files) {
    if (!isFileName(name)) {
      problems.push(`${JSON.stringify(name)} is not the name of a file`);
      continue;
    }
    try {
      const sum = await sumOf(bytesOf(name));
      size += sum.size;
      if (sum.sha256 !== sha256) problems.push(`${name} was changed`);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      problems.push(code === 'ENOENT' ? `${name} is missing` : `${name} cannot be read: ${message}`);
    }
  }
  const known = new Set([...UNSUMMED, ...files.map(({ name }) => (packed.has(name) ? name + SUFFIX : name))]);
  if (stored) known.add(STORED_FILE);
  for (const name of await readdir(image))
    if (!known.has(name)) problems.push(`${JSON.stringify(name)} is not a file of the image`);
  if (problems.length > 0) throw new CommandError(refusal(image, problems), EXIT.image);
  return { image, files: files.length, size, ...(signedBy !== undefined && { signedBy }) };
}

async function* confBefore(image: string): AsyncGenerator<Buffer> {
  yield Buffer.from(withoutLine(await readFile(join(image, RESTORE_CONF), 'utf8'), COMPRESSED));
}

function refusal(image: string, problems: string[]): string {
  const more = problems.length - SHOWN;
  const lines = [...problems.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])];
  return `${image} is not as it was made:\n${lines.map((line) => `  ${line}`).join('\n')}\nDo not restore it; copy it anew, or make it anew with \`crac checkpoint\``;
}
