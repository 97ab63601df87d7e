import { CommandError, EXIT } from '../base/command-error.ts';

type SystemError = NodeJS.ErrnoException & { dest?: string };

/** The meaning of a system error for a user, and what to do; PLACE is the path of the error, or what was to be done. */
const MEANINGS: Record<string, [reason: string, advice: string]> = {
  ENOSPC: [
    'no room is left on the disk',
    'Make room there (df -h PLACE, df -i PLACE), or name another directory',
  ],
  EDQUOT: ["this user's share of the disk is used up", 'Make room (quota -s), or name another directory'],
  EROFS: [
    'the file system is mounted read-only',
    'Name a directory that can be written, or mount it read-write',
  ],
  EACCES: ['this user may not', 'Look at its owner and mode (ls -ld PLACE), or name another directory'],
  EPERM: ['this user may not', 'Look at its owner, mode and attributes (ls -ld PLACE; lsattr -d PLACE)'],
  ENOENT: [
    'it does not exist, or was removed meanwhile',
    'Look whether somebody cleans up there, and try again',
  ],
  ENOTDIR: ['a part of its path is a file', 'Name another path'],
  EISDIR: ['it is a directory', 'Name a file'],
  EEXIST: ['it exists already', 'Remove it, or name another path'],
  ENOTEMPTY: ['somebody else writes there', 'Let one command at a time work on it'],
  EBUSY: ['it is in use, or a mount point', 'Name a directory inside a mounted one, not that one itself'],
  EXDEV: [
    'it is a mount point, or on another file system',
    'Name a directory inside a mounted one, not that one itself',
  ],
  EMFILE: ['this process may open no more files', 'Allow more, as with: ulimit -n 4096'],
  ENFILE: ['the machine may open no more files', 'Allow more: sysctl fs.file-max'],
  ENOMEM: ['there is no memory left', 'Make room in memory, or raise the limit of the container'],
  EAGAIN: [
    'there may be no more processes or threads',
    'Allow more: ulimit -u, or the pids limit of the container',
  ],
  EIO: ['the disk failed', 'Look at dmesg, and use another disk'],
  EFBIG: ['a file may not become so large', 'Raise the limit: ulimit -f unlimited'],
  ENAMETOOLONG: ['the name is too long', 'Name a shorter path'],
  ELOOP: ['its symbolic links go round in a circle', 'Name another path'],
  ESTALE: ['the network disk has lost it', 'Mount it again'],
  ETXTBSY: ['it is being executed', 'End the program that runs from it'],
  ECONNREFUSED: ['nobody listens there any more', 'The process has ended: see `crac ps`'],
  ECONNRESET: ['the other side has gone', 'The process has ended: see `crac ps`'],
  EPIPE: ['the other side has gone', 'The process has ended: see `crac ps`'],
};

const VERBS: Record<string, string> = {
  open: 'open',
  mkdir: 'make',
  rename: 'rename',
  renameat2: 'put under its name',
  scandir: 'list',
  opendir: 'list',
  stat: 'look at',
  lstat: 'look at',
  statfs: 'look at',
  access: 'use',
  readlink: 'read',
  read: 'read',
  write: 'write',
  fsync: 'sync',
  ftruncate: 'write',
  copyfile: 'copy',
  unlink: 'remove',
  rmdir: 'remove',
  rm: 'remove',
  connect: 'connect to',
};

export const isSystemError = (error: unknown): error is SystemError =>
  error instanceof Error &&
  typeof (error as SystemError).code === 'string' &&
  /^E[A-Z0-9]+$/.test((error as SystemError).code as string) &&
  (error as SystemError).syscall !== undefined;

/**
 * Translates what the system refuses into what a user can do about it; the one place where that is done.
 * @param doing what the command was about, as `write the image /x`: for errors that name no path
 */
export function asCommandError(error: unknown, doing: string, exitCode: number = EXIT.failed): CommandError {
  if (error instanceof CommandError) return error;
  if (/^ERR_CRAC_/.test(String((error as { code?: unknown })?.code)))
    return new CommandError((error as Error).message, exitCode, { cause: error });
  if (!isSystemError(error))
    return new CommandError(`cannot ${doing}: ${(error as Error).message ?? String(error)}`, exitCode, {
      cause: error,
    });
  const { code = '', syscall = '', path, dest } = error;
  if (syscall === 'uv_cwd')
    return new CommandError(
      `the working directory was removed (${code}), so no path can be found from here\nGo to one that exists, as with: cd /`,
      exitCode,
      { cause: error },
    );
  const [command = ''] = syscall.split(' ');
  const verb = VERBS[command] ?? (command === 'spawn' ? 'start' : command);
  const [reason, advice] = MEANINGS[code] ?? [error.message, 'Try again; if it stays so, look at dmesg'];
  const what = path === undefined ? doing : `${verb} ${dest ?? path}`;
  const during = path === undefined ? '' : `\nIt was needed to ${doing}`;
  const place = dest ?? path ?? '.';
  return new CommandError(
    `cannot ${what}: ${reason} (${code}${path === undefined && command ? ` at ${command}` : ''})${during}\n${advice.replaceAll('PLACE', place)}`,
    exitCode,
    { cause: error },
  );
}
