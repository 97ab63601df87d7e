import { spawnSync } from 'node:child_process';
import { NATIVE } from '../base/paths.ts';

/** The exit codes of native/commands/files.c. */
const DONE = 0;
const HELD = 2;
const CANNOT = 3;

type Outcome = 'done' | 'held' | 'cannot';

/**
 * Runs system calls that Node does not have; `cannot` where the kernel, the file system or this machine does not,
 * either.
 */
function run(args: string[], fd?: number): Outcome {
  const stdio = ['ignore', 'ignore', 'pipe', ...(fd === undefined ? [] : [fd])] as const;
  const { error, status, stderr } = spawnSync(NATIVE, ['files', ...args], {
    stdio: [...stdio],
    encoding: 'utf8',
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return 'cannot'; // no native part: no images either
  if (error) throw error;
  if (status === DONE) return 'done';
  if (status === HELD) return 'held';
  if (status === CANNOT) return 'cannot';
  throw systemError(args, stderr);
}

/** Makes an error as Node's own calls throw it from `ERRNO CALL: TEXT`. */
function systemError(args: string[], said: string): Error {
  const [, number = '0', syscall = 'crac-native', text = said.trim()] =
    said.match(/^(\d+) (\w+): (.*)$/m) ?? [];
  const [, , path] = args;
  const code = CODES[Number(number)] ?? `errno ${number}`;
  return Object.assign(new Error(`${code}: ${text}, ${syscall}${path === undefined ? '' : ` '${path}'`}`), {
    code,
    errno: -Number(number),
    syscall,
    ...(path !== undefined && { path }),
  });
}

/** The errors that these calls may answer, by the numbers of asm-generic/errno-base.h and errno.h. */
const CODES: Record<number, string> = {
  1: 'EPERM',
  2: 'ENOENT',
  5: 'EIO',
  9: 'EBADF',
  13: 'EACCES',
  16: 'EBUSY',
  17: 'EEXIST',
  18: 'EXDEV',
  20: 'ENOTDIR',
  28: 'ENOSPC',
  30: 'EROFS',
  39: 'ENOTEMPTY',
  122: 'EDQUOT',
};

/** Gives each of two paths the other's name in one step. @returns false where that cannot be done here */
export const exchange = (a: string, b: string): boolean => run(['exchange', a, b]) === 'done';

/** Locks an open directory for as long as it is open here, or in a process that has it from here. */
export const lock = (fd: number): Outcome => run(['lock'], fd);

/** Gives back the room of a part of a file that is open for writing. @returns false where files have no holes */
export const punch = (fd: number, start: number, length: number): boolean =>
  run(['punch', String(start), String(length)], fd) === 'done';
