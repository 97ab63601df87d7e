import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { CommandError, EXIT } from '../checkpoint/command-error.ts';

/** Files of which one must be there for a directory to be taken for an image of ours (or the rest of a failed one). */
const OURS = ['manifest.json', 'restore.conf', 'dump4.log'];

/** Refuses a place that holds something else: the checkpoint replaces the whole directory. */
export async function checkDestination(image: string): Promise<void> {
  const parent = dirname(image);
  if (!existsSync(parent)) {
    throw new CommandError(
      `cannot write an image to ${image}: ${parent} does not exist. Make it with\n  mkdir -p ${parent}`,
      EXIT.usage,
    );
  }
  if (!existsSync(image)) return;
  if (!(await stat(image)).isDirectory())
    throw new CommandError(`${image} is a file; an image is a directory: name another`, EXIT.usage);
  const names = await readdir(image);
  if (names.length > 0 && !names.some((name) => OURS.includes(name))) {
    throw new CommandError(
      `${image} holds other files and no image; it would be replaced: name another directory`,
      EXIT.usage,
    );
  }
}

/** The directory beside the image in which it is made; leftovers of checkpoints that were killed are removed. */
export async function makePartial(image: string): Promise<string> {
  const parent = dirname(image);
  const prefix = `${basename(image)}.partial-`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const pid = Number(name.slice(prefix.length));
    if (Number.isInteger(pid) && !existsSync(`/proc/${pid}`))
      await rm(join(parent, name), { recursive: true, force: true });
  }
  const partial = join(parent, `${prefix}${process.pid}`);
  await mkdir(partial, { mode: 0o700 });
  return partial;
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts a finished image under its name: every byte is on disk before the name exists. */
export async function publish(partial: string, image: string): Promise<void> {
  await Promise.all((await readdir(partial)).map((name) => sync(join(partial, name))));
  await sync(partial);
  const old = `${image}.old-${process.pid}`;
  const replaces = existsSync(image);
  if (replaces) await rename(image, old);
  try {
    await rename(partial, image);
  } catch (error) {
    if (replaces) await rename(old, image);
    throw error;
  }
  await sync(dirname(image));
  if (replaces) await rm(old, { recursive: true, force: true });
}

/** Keeps the engine's log of a failed dump where the guide's readers look for it, and removes the rest. */
export async function keepLog(
  partial: string,
  image: string,
  log: string | undefined,
): Promise<string | undefined> {
  try {
    if (log === undefined) return undefined;
    const kept = join(image, log);
    // The disk may be full, which may be why it failed: first make room, and copy nothing.
    const others = (await readdir(partial)).filter((name) => name !== log);
    await Promise.all(others.map((name) => rm(join(partial, name), { force: true })));
    if (!existsSync(join(partial, log))) return undefined; // the engine did not come so far as to write one
    await mkdir(image, { recursive: true, mode: 0o700 });
    await rename(join(partial, log), kept);
    return kept;
  } catch {
    return undefined; // the failure itself is what matters
  } finally {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
  }
}
