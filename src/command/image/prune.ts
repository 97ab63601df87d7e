import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { asCommandError } from '../checkpoint/system-error.ts';
import { programs } from '../checkpoint/target.ts';
import { MANIFEST } from './manifest.ts';
import { RESTORE_CONF } from './restore-conf.ts';
import { checkTrust } from './trust.ts';

export interface Retention {
  /** The number of newest images that stay. */
  keep: number | undefined;
  /** The time, in milliseconds since 1970, before which images must have been made. */
  before: number | undefined;
  dryRun: boolean;
  /** The value of `--trust-image-of`. */
  believe: string | undefined;
}

export interface Pruned {
  image: string;
  /** The time in ISO 8601. */
  createdAt: string;
  /** The bytes on the disk. */
  size: number;
  removed: boolean;
  /** The reason why it stays. */
  why?: string;
}

interface Found {
  name: string;
  image: string;
  created: number;
  size: number;
}

/** Removes images of a directory by their age, the oldest first; whatever is in use or not ours stays. */
export async function prune(directory: string, retention: Retention): Promise<Pruned[]> {
  const found = imagesOf(directory).sort((a, b) => b.created - a.created || (a.name < b.name ? 1 : -1));
  const used = inUse(directory);
  const outcome: Pruned[] = [];
  for (const [index, { image, created, size }] of found.entries()) {
    const why =
      whyItStays(index, created, retention) ?? used.get(realpathSync(image)) ?? notOurs(image, retention);
    if (why === undefined && !retention.dryRun) await remove(image);
    outcome.push({
      image,
      createdAt: new Date(created).toISOString(),
      size,
      removed: why === undefined,
      ...(why !== undefined && { why }),
    });
  }
  return outcome;
}

function whyItStays(index: number, created: number, { keep, before }: Retention): string | undefined {
  if (keep !== undefined && index < keep) return keep === 1 ? 'the newest' : `of the newest ${keep}`;
  return before !== undefined && created >= before ? 'not old enough' : undefined;
}

/** Finds directories that hold an image, whole, compressed or encrypted; a link to one is none. */
function imagesOf(directory: string): Found[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new CommandError(
        `there is no directory ${directory}; name the one that holds images`,
        EXIT.usage,
      );
    throw asCommandError(error, `look for images in ${directory}`, EXIT.usage);
  }
  if (names.includes(RESTORE_CONF))
    throw new CommandError(
      `${directory} is an image itself; name the directory that holds images`,
      EXIT.usage,
    );
  return names.flatMap((name): Found[] => {
    const image = join(directory, name);
    // Somebody is making such a directory, or has left it: whoever makes an image of its name removes it.
    if (/\.(partial|old)-\d+(-[0-9a-f]{8})?$/.test(name) || !lstatSync(image).isDirectory()) return [];
    const conf = statSync(join(image, RESTORE_CONF), { throwIfNoEntry: false });
    if (!conf?.isFile()) return [];
    const files = readdirSync(image).map((file) => lstatSync(join(image, file)));
    const size = files.reduce((sum, status) => sum + status.blocks * 512, 0);
    return [{ name, image, created: createdAt(image) ?? conf.mtimeMs, size }];
  });
}

/** Returns the time; undefined for an encrypted image, which does not say. */
function createdAt(image: string): number | undefined {
  try {
    const { createdAt } = JSON.parse(readFileSync(join(image, MANIFEST), 'utf8')) as {
      createdAt?: unknown;
    };
    const time = Date.parse(String(createdAt));
    return Number.isNaN(time) ? undefined : time;
  } catch {
    return undefined; // encrypted, or damaged: then its files tell
  }
}

/**
 * Returns images that programs run from or are checkpointed into, and those that a link beside them leads to
 * (`current`).
 */
function inUse(directory: string): Map<string, string> {
  const used = new Map<string, string>();
  for (const { image, parent } of programs()) {
    const real = image && statSync(image, { throwIfNoEntry: false }) && realpathSync(image);
    if (real) used.set(real, `in use by ${parent} (crac ps)`);
  }
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    if (!lstatSync(path).isSymbolicLink() || !statSync(path, { throwIfNoEntry: false })) continue;
    used.set(realpathSync(path), `${name} -> ${readlinkSync(path)} leads to it`);
  }
  return used;
}

/**
 * Says why an image is not ours. Whoever may not believe an image does not remove it either: in a directory of others a
 * name can become another's.
 */
function notOurs(image: string, { believe }: Retention): string | undefined {
  try {
    checkTrust(image, believe, 'crac image prune');
    return undefined;
  } catch (error) {
    if (error instanceof CommandError) return 'of another user, or others may write it (--trust-image-of)';
    throw error;
  }
}

/**
 * Removes an image, its name first: nobody finds half an image. A name like this is removed by the next who makes an
 * image there.
 */
async function remove(image: string): Promise<void> {
  const gone = `${image}.old-${process.pid}`;
  try {
    await rename(image, gone);
    await rm(gone, { recursive: true });
  } catch (error) {
    throw asCommandError(error, `remove ${image}`, EXIT.image);
  }
}
