import { constants, createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { type ImageReport, inspectImage } from '../inspect.ts';
import { MANIFEST } from '../manifest.ts';
import { makePartial } from '../partial.ts';
import { publish } from '../publish.ts';
import { RESTORE_CONF, withLine, writeConf } from '../restore-conf.ts';
import { sumOf } from './sparse.ts';
import { COMPRESSED, readStored, STORED_FILE, type Stored, type StoredFile, SUFFIX } from './stored.ts';
import { compressed, decompressed, needZstd } from './zstd.ts';

/** The size below which a file is copied: an image has many small ones, and they are a few KiB together. */
const WORTH_IT = 1 << 16;
/** Files that must stay as they are: each says what to do with the image. */
const PLAIN = new Set(['restore', RESTORE_CONF, MANIFEST]);

export interface Sizes {
  image: string;
  /** The bytes of all files, as the engine needs them. */
  size: number;
  /** The bytes of all files in storage. */
  compressed: number;
}

/**
 * Puts an image into a compressed form in its place. The image that was there is removed only when the new one is
 * whole on disk and every file in it has been decompressed again and compared by SHA-256.
 *
 * @param level of zstd, 1 to 19
 * @throws CommandError where there is no image, no zstd, or a file that does not come out as it went in
 */
export async function compressImage(image: string, level: number, signal?: AbortSignal): Promise<Sizes> {
  const { files } = await inspectImage(image);
  if (await readStored(image))
    throw new CommandError(`${image} is compressed already; \`crac image decompress\` undoes it`, EXIT.image);
  needZstd();
  const partial = await makePartial(image);
  try {
    const size = await packInto(image, files, partial, level, signal);
    signal?.throwIfAborted();
    await publish(partial, image);
    return { image, size, compressed: await sizeOf(image) };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * Compresses an image into another directory, which is made for it; the image stays as it is.
 * @returns bytes of the image
 */
export async function packImage(
  image: string,
  directory: string,
  level: number,
  signal?: AbortSignal,
): Promise<number> {
  const { files } = await inspectImage(image);
  needZstd();
  await mkdir(directory, { mode: 0o700 });
  return packInto(image, files, directory, level, signal);
}

async function packInto(
  image: string,
  files: ImageReport['files'],
  partial: string,
  level: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const stored: Stored = { format: 1, method: 'zstd', files: [] };
  for (const { name, size } of files) {
    if (PLAIN.has(name) || size < WORTH_IT)
      await copyFile(join(image, name), join(partial, name), constants.COPYFILE_FICLONE);
    else stored.files.push(await compressFile(image, partial, name, level, signal));
  }
  await writeConf(partial, withLine(await readFile(join(image, RESTORE_CONF), 'utf8'), COMPRESSED));
  await writeFile(join(partial, STORED_FILE), `${JSON.stringify(stored, undefined, 2)}\n`, { mode: 0o600 });
  return files.reduce((sum, file) => sum + file.size, 0);
}

async function compressFile(
  image: string,
  partial: string,
  name: string,
  level: number,
  signal: AbortSignal | undefined,
): Promise<StoredFile> {
  const from = join(image, name);
  const to = join(partial, name + SUFFIX);
  const [sum] = await Promise.all([
    sumOf(createReadStream(from, { highWaterMark: 1 << 18 })),
    pipeline(compressed(from, level), createWriteStream(to, { mode: 0o600 }), { signal }),
  ]);
  const back = await sumOf(decompressed(to));
  if (back.sha256 !== sum.sha256)
    throw new CommandError(
      `${name} does not come out of zstd as it went in; ${image} is left as it is. Look for a full disk or bad memory`,
      EXIT.image,
    );
  return { name, ...sum };
}

export async function sizeOf(image: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(image)).map(async (name) => (await stat(join(image, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
