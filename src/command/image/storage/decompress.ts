import { constants } from 'node:fs';
import { chmod, copyFile, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { checkDestination } from '../directory.ts';
import { inspectImage } from '../inspect.ts';
import { makePartial } from '../partial.ts';
import { publish } from '../publish.ts';
import { ConfReader, RESTORE_CONF, withoutLine, writeConf } from '../restore-conf.ts';
import { type Sizes, sizeOf } from './compress.ts';
import { writeSparse } from './sparse.ts';
import { COMPRESSED, readStored, STORED_FILE, type StoredFile, SUFFIX } from './stored.ts';
import { decompressed, needZstd } from './zstd.ts';

/**
 * Makes a compressed image one that can be restored, in its place or in another.
 *
 * @param to absolute path of the directory in which the image shall stand
 * @throws CommandError where a file is missing or damaged; the compressed image is then left as it is
 */
export async function decompressImage(image: string, to: string, signal?: AbortSignal): Promise<Sizes> {
  await inspectImage(image);
  const stored = await readStored(image);
  if (!stored) throw new CommandError(`${image} is not compressed; it can be restored as it is`, EXIT.image);
  if (to !== image) await checkDestination(to);
  needZstd();
  const before = await sizeOf(image);
  const partial = await makePartial(to);
  try {
    const packed = new Set(stored.files.map(({ name }) => name + SUFFIX));
    for (const name of await readdir(image)) {
      if (packed.has(name) || name === STORED_FILE) continue;
      await copyFile(join(image, name), join(partial, name), constants.COPYFILE_FICLONE);
      // Stores and other tools keep no modes.
      if (name === 'restore') await chmod(join(partial, name), 0o700);
    }
    const conf = await readFile(join(image, RESTORE_CONF), 'utf8');
    const { pageFile } = new ConfReader(conf);
    for (const file of stored.files) {
      await decompressFile(image, partial, file, file.name === pageFile ? 0o400 : 0o600);
      signal?.throwIfAborted();
    }
    await writeConf(partial, withoutLine(conf, COMPRESSED));
    await publish(partial, to);
    return { image: to, size: await sizeOf(to), compressed: before };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function decompressFile(image: string, partial: string, file: StoredFile, mode: number): Promise<void> {
  const path = join(image, file.name + SUFFIX);
  const damaged = (why: string, cause?: unknown) =>
    new CommandError(`${path} is damaged: ${why}; copy the image anew`, EXIT.image, { cause });
  let sum: Awaited<ReturnType<typeof writeSparse>>;
  try {
    sum = await writeSparse(join(partial, file.name), decompressed(path), mode, file.size);
  } catch (error) {
    if (['ENOSPC', 'EDQUOT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    throw damaged((error as Error).message, error); // zstd's own words, or there is no such file
  }
  if (sum.sha256 !== file.sha256) throw damaged('its contents are not those that were compressed');
}
