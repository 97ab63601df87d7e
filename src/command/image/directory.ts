import { constants, existsSync } from 'node:fs';
import { access, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { asCommandError } from '../checkpoint/system-error.ts';
import { engineLogs } from '../engines/registry.ts';
import { MANIFEST } from './manifest.ts';
import { partialPath } from './partial.ts';
import { RESTORE_CONF } from './restore-conf.ts';

/**
 * Lists the files of which one must be there for a directory to be taken for an image of ours (or the rest of a failed
 * one).
 */
export const ours = (): string[] => [MANIFEST, RESTORE_CONF, ...engineLogs()];

/** Refuses a place that holds something else: the checkpoint replaces the whole directory. */
export async function checkDestination(image: string): Promise<void> {
  const parent = dirname(image);
  const missing = await stat(parent).then(
    () => false,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return true;
      throw asCommandError(error, `write an image to ${image}`, EXIT.usage); // it may be there, for others to see
    },
  );
  if (missing) {
    throw new CommandError(
      `cannot write an image to ${image}: ${parent} does not exist. Make it with\n  mkdir -p ${parent}`,
      EXIT.usage,
    );
  }
  if (!existsSync(image)) return;
  if (!(await stat(image)).isDirectory())
    throw new CommandError(`${image} is a file; an image is a directory: name another`, EXIT.usage);
  const names = await readdir(image);
  if (names.length > 0 && !names.some((name) => ours().includes(name))) {
    throw new CommandError(
      `${image} holds other files and no image; it would be replaced: name another directory`,
      EXIT.usage,
    );
  }
  const { uid } = await stat(image);
  if (names.length > 0 && process.geteuid && ![0, process.geteuid()].includes(uid))
    throw new CommandError(
      `${image} is an image of user ${uid}, and would be replaced: name another directory, or remove it`,
      EXIT.usage,
    );
}

/**
 * Checks whether an image can be put there at all: rather now than when everything has been done for it.
 * @throws CommandError
 */
export async function checkWritable(image: string): Promise<void> {
  const parent = dirname(image);
  const doing = `write an image to ${image}`;
  try {
    await access(parent, constants.W_OK | constants.X_OK);
    if (!existsSync(image)) return;
    if ((await stat(image)).dev === (await stat(parent)).dev) return;
  } catch (error) {
    throw asCommandError(error, doing, EXIT.usage);
  }
  throw new CommandError(
    `cannot ${doing}: it is a mount point, and nothing can be put in its place. Name a directory in it:\n  --image ${join(image, 'image')}`,
    EXIT.usage,
  );
}

/**
 * Checks the same by trying: the answer of access(2) is not the last word on network disks, in user namespaces and on
 * full disks. Not to be called while a program runs that may watch this directory.
 * @throws CommandError
 */
export async function tryToWrite(image: string): Promise<void> {
  const path = partialPath(image);
  try {
    await mkdir(path, { mode: 0o700 });
    await rmdir(path);
  } catch (error) {
    throw asCommandError(error, `write an image to ${image}`, EXIT.usage);
  }
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
    // The disk may be full, which may be why the dump failed: first make room, and copy nothing.
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
