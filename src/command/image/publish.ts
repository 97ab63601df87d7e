import { existsSync } from 'node:fs';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { asCommandError } from '../checkpoint/system-error.ts';
import { exchange } from './native-files.ts';
import { letGo } from './partial.ts';

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Puts a finished image under its name: every byte is on disk before the name exists. An image that is there already
 * changes places with the new one in one step; whoever comes at any moment finds the one or the other, whole.
 *
 * @param note receives what could not be done after the image was under its name; it is good all the same
 */
export async function publish(partial: string, image: string, note = toStderr): Promise<void> {
  await Promise.all((await readdir(partial)).map((name) => sync(join(partial, name))));
  await sync(partial);
  const replaced = existsSync(image) ? await replace(partial, image) : await rename(partial, image);
  letGo(partial);
  try {
    await sync(dirname(image));
    if (replaced) await rm(replaced, { recursive: true, force: true });
  } catch (error) {
    note(`the image ${image} is complete; ${asCommandError(error, `clean up beside ${image}`).message}`);
  }
}

const toStderr = (text: string): void => void process.stderr.write(`crac: note: ${text}\n`);

/** @returns where the image that was there stands now */
async function replace(partial: string, image: string): Promise<string> {
  if (exchange(partial, image)) return partial;
  // On a file system without RENAME_EXCHANGE (NFS) it takes two steps; killed in between, there is none under its name.
  const old = `${image}.old-${process.pid}`;
  await rename(image, old);
  try {
    await rename(partial, image);
  } catch (error) {
    await rename(old, image);
    throw error;
  }
  return old;
}
