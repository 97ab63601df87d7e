import { lstatSync, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from '../../shared/protocol/printable.ts';
import { CommandError, EXIT } from '../base/command-error.ts';

/** The option of every command that reads an image. */
export const TRUST_OPTION = {
  'trust-image-of': {
    value: 'USER',
    help: 'an image is code: one that another user owns or can write is refused. This believes USER (a name, a number, or `anyone`)',
  },
} as const;

/** Reads the lines of a file; undefined where there is no such file. */
function linesOf(path: string): string[][] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return []; // no users are listed here
  }
}

/** Returns the number of --trust-image-of. */
function believedUser(name: string | undefined): number | 'anyone' | undefined {
  if (name === undefined || name === 'anyone') return name;
  if (/^\d+$/.test(name)) return Number(name);
  const user = linesOf('/etc/passwd').find(([candidate]) => candidate === name);
  if (user?.[2] !== undefined) return Number(user[2]);
  throw new CommandError(
    `--trust-image-of ${name}: there is no user of this name in /etc/passwd; give the number, or the word\nanyone`,
    EXIT.usage,
  );
}

/** Tells whether nobody is in this group but the user of this number, as where each user has a group of their own. */
function isPrivateGroup(group: number, uid: number): boolean {
  const users = linesOf('/etc/passwd');
  if (users.some(([, , user, primary]) => Number(primary) === group && Number(user) !== uid)) return false;
  const own = users.find(([, , user]) => Number(user) === uid)?.[0] ?? '';
  const named = linesOf('/etc/group').filter(([, , number]) => Number(number) === group);
  const members = named.flatMap(([, , , list = '']) => list.split(',').filter(Boolean));
  return named.length > 0 && members.every((member) => member === own);
}

function othersWrite({ mode, uid, gid }: Stats): boolean {
  if ((mode & 0o002) !== 0) return true;
  return (mode & 0o020) !== 0 && !(uid === 0 && gid === 0) && !isPrivateGroup(gid, uid);
}

/**
 * Refuses an image that somebody else owns or can write, before anything of it is read: whoever made it decides what is
 * executed at its restore. The native restorer does the same (native/restore/trust.c).
 *
 * @param image absolute path; where there is nothing, nothing is said
 * @param believe of --trust-image-of
 * @param command to be said again with the option, as `crac inspect`
 * @throws CommandError that says whose it is, and what to do
 */
export function checkTrust(image: string, believe: string | undefined, command: string): void {
  const uid = process.geteuid?.();
  const believed = believedUser(believe);
  const directory = statSync(image, { throwIfNoEntry: false });
  if (uid === undefined || !directory?.isDirectory()) return;
  const check = (status: Stats, path: string) => {
    if (believed === 'anyone') return;
    if (status.uid !== uid && status.uid !== 0 && status.uid !== believed)
      throw new CommandError(foreign(image, path, status.uid, uid, command), EXIT.image);
    if (othersWrite(status)) throw new CommandError(open(image, path, status.mode, uid, command), EXIT.image);
  };
  check(directory, image);
  for (const name of namesIn(image)) {
    const path = join(image, name);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (!status || status.isDirectory()) continue; // `lost+found` of a volume: nothing is read below
    if (!status.isFile())
      throw new CommandError(
        `${printable(path)} is ${kindOf(status)}; an image has nothing but files of its own. Copy it anew (cp -rL), or make it\nanew with \`crac checkpoint\``,
        EXIT.image,
      );
    check(status, path);
  }
}

function namesIn(image: string): string[] {
  try {
    return readdirSync(image);
  } catch {
    return []; // whoever reads it says why it cannot
  }
}

function kindOf(status: Stats): string {
  if (status.isSymbolicLink()) return 'a symbolic link';
  return status.isFIFO() ? 'a named pipe' : 'no file';
}

const foreign = (image: string, path: string, owner: number, uid: number, command: string): string =>
  [
    `${printable(path)} belongs to user ${owner}, and an image is code: it decides what runs here with the rights of user ${uid}.`,
    'If it is yours after all, take it:',
    `  chown -R ${uid}:${process.getegid?.()} ${image}`,
    'To believe whoever made it:',
    `  ${command} ${image} --trust-image-of ${owner}`,
  ].join('\n');

const open = (image: string, path: string, mode: number, uid: number, command: string): string =>
  [
    `${printable(path)} may be written by others (mode ${(mode & 0o7777).toString(8)}), and an image is code: they decide what runs here with the rights of user ${uid}.`,
    'If nobody has, close it to them:',
    `  chmod -R go-w ${image}`,
    'To believe whoever wrote it:',
    `  ${command} ${image} --trust-image-of anyone`,
  ].join('\n');

/** Tells whether a name is that of a file of an image alone: no path leads out of the image. */
export const isFileName = (name: unknown): name is string =>
  typeof name === 'string' && /^[^/\0]{1,255}$/.test(name) && name !== '.' && name !== '..';
