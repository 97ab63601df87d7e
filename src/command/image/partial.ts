import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../base/alive.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { engineFiles, engineLogs } from '../engines/registry.ts';
import { lock } from './native-files.ts';

/** The locks of the directories that this process makes, by path. A lock ends with its process, however that ends. */
const locks = new Map<string, number>();

/**
 * Returns the path where the image of this name is made: beside it, so that a rename puts it there. Each has a name of
 * its own, because processes of several containers may have one number.
 */
export const partialPath = (image: string): string =>
  `${image}.partial-${process.pid}-${randomBytes(4).toString('hex')}`;

/** Makes a directory for the image of this name, and removes what is left of others. */
export async function makePartial(image: string): Promise<string> {
  removeLeftovers(image);
  const path = partialPath(image);
  await makeLocked(path);
  return path;
}

/**
 * Makes a directory and locks it. Whoever removes leftovers may take it for one before it is locked: then it is made
 * again.
 */
export async function makeLocked(path: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST' || attempt === 0) throw error;
    });
    const fd = openOurs(path);
    if (fd !== undefined) return void locks.set(path, fd);
    if (attempt === ATTEMPTS)
      throw new CommandError(
        `somebody else removes ${path} again and again; name another directory`,
        EXIT.failed,
      );
    await sleep(10);
  }
}

/**
 * Opens and locks a directory.
 * @returns undefined where another holds it, or has removed it
 */
function openOurs(path: string): number | undefined {
  let fd: number;
  try {
    fd = openDirectory(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
  const outcome = lock(fd);
  if (outcome !== 'held' && lstatSync(path, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino) return fd;
  closeSync(fd);
  return undefined;
}

const ATTEMPTS = 50;

/** Returns the descriptor that holds the lock: whoever inherits it holds it too. */
export const lockOf = (path: string): number | undefined => locks.get(path);

export function letGo(path: string): void {
  const fd = locks.get(path);
  if (fd !== undefined) closeSync(fd);
  locks.delete(path);
}

const openDirectory = (path: string): number =>
  openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);

/**
 * Removes directories that commands left beside an image which were killed: half an image, or the one that was
 * replaced. They are memory. What a living process works on, what is not ours, and what only looks so stays.
 */
export function removeLeftovers(image: string): void {
  const parent = dirname(image);
  const name = basename(image);
  for (const each of readdirSync(parent)) {
    if (!each.startsWith(`${name}.`)) continue;
    const [, , number, own] = each.slice(name.length).match(/^\.(partial|old)-(\d+)(-[0-9a-f]{8})?$/) ?? [];
    if (number === undefined) continue;
    const path = join(parent, each);
    if (isOurs(path) && isLeft(path, Number(number), own !== undefined))
      rmSync(path, { recursive: true, force: true });
  }
}

/** Matches the names that every image can have in it, whoever made it. */
const NAMES = /^(manifest\.json.*|restore(\.conf)?.*|compressed\.json|encrypted\.json|image\.enc|crac-.*)$/;
const STORED = /(\.zst|\.enc)+$/;

/** Recognises every name that an image can have in it. */
function isImageFile(name: string): boolean {
  const plain = name.replace(STORED, '');
  return NAMES.test(name) || engineLogs().includes(name) || engineFiles().some((names) => names.test(plain));
}

/** Tells whether it is a directory of this user's that holds nothing but files of an image. */
function isOurs(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (!status?.isDirectory() || status.uid !== process.geteuid?.()) return false;
  return readdirSync(path, { withFileTypes: true }).every(
    (entry) => entry.isFile() && isImageFile(entry.name),
  );
}

/**
 * Tells whether its maker has ended, and with it the lock. Versions before this one took none: then its process is
 * gone.
 */
function isLeft(path: string, pid: number, locked: boolean): boolean {
  if (locks.has(path)) return false;
  if (!locked && pid !== process.pid && isAlive(pid) && startedBefore(pid, lstatSync(path).ctimeMs))
    return false;
  const fd = openDirectory(path);
  try {
    const outcome = lock(fd);
    // Where there are no locks (some network disks) a name with a lock's mark tells nothing: it stays.
    return outcome === 'done' || (outcome === 'cannot' && !locked);
  } finally {
    closeSync(fd);
  }
}

/**
 * Tells whether a process was started before a time: one that was started later cannot have made it, as numbers are
 * used again.
 */
function startedBefore(pid: number, time: number): boolean {
  try {
    const boot = Number(readFileSync('/proc/stat', 'latin1').match(/^btime (\d+)$/m)?.[1]);
    const ticks = Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[19]);
    return !((boot + ticks / 100) * 1000 > time + 2000);
  } catch {
    return true;
  }
}
