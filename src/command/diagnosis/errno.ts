/** A number of the kernel's, as a message printed it, and what it stands for on Linux. */
export interface Errno {
  /** The number, positive. */
  number: number;
  name: string;
  text: string;
}

/**
 * Errors by the numbers of asm-generic/errno-base.h and errno.h: a log has those of the machine that wrote it, not of
 * this one.
 */
const ERRORS: Readonly<Record<number, readonly [name: string, text: string]>> = {
  1: ['EPERM', 'operation not permitted'],
  2: ['ENOENT', 'no such file or directory'],
  3: ['ESRCH', 'no such process'],
  4: ['EINTR', 'interrupted system call'],
  5: ['EIO', 'input/output error'],
  6: ['ENXIO', 'no such device or address'],
  7: ['E2BIG', 'argument list too long'],
  8: ['ENOEXEC', 'exec format error'],
  9: ['EBADF', 'bad file descriptor'],
  10: ['ECHILD', 'no child processes'],
  11: ['EAGAIN', 'resource temporarily unavailable'],
  12: ['ENOMEM', 'out of memory'],
  13: ['EACCES', 'permission denied'],
  14: ['EFAULT', 'bad address'],
  16: ['EBUSY', 'device or resource busy'],
  17: ['EEXIST', 'file exists'],
  18: ['EXDEV', 'link across file systems'],
  19: ['ENODEV', 'no such device'],
  20: ['ENOTDIR', 'not a directory'],
  21: ['EISDIR', 'is a directory'],
  22: ['EINVAL', 'invalid argument'],
  23: ['ENFILE', 'too many open files in system'],
  24: ['EMFILE', 'too many open files'],
  25: ['ENOTTY', 'not a terminal, or no such request for this device'],
  26: ['ETXTBSY', 'text file busy'],
  27: ['EFBIG', 'file too large'],
  28: ['ENOSPC', 'no space left on device'],
  29: ['ESPIPE', 'illegal seek'],
  30: ['EROFS', 'read-only file system'],
  31: ['EMLINK', 'too many links'],
  32: ['EPIPE', 'broken pipe'],
  36: ['ENAMETOOLONG', 'file name too long'],
  38: ['ENOSYS', 'this kernel (or a seccomp filter) has not that system call'],
  39: ['ENOTEMPTY', 'directory not empty'],
  40: ['ELOOP', 'too many symbolic links'],
  52: ['EBADE', 'invalid exchange: the caller of CRIU could not read its answer'],
  61: ['ENODATA', 'no data available'],
  62: ['ETIME', 'timer expired'],
  71: ['EPROTO', 'protocol error'],
  74: ['EBADMSG', 'bad message'],
  75: ['EOVERFLOW', 'value too large'],
  88: ['ENOTSOCK', 'not a socket'],
  92: ['ENOPROTOOPT', 'protocol not available'],
  93: ['EPROTONOSUPPORT', 'protocol not supported'],
  95: ['EOPNOTSUPP', 'operation not supported'],
  97: ['EAFNOSUPPORT', 'address family not supported'],
  98: ['EADDRINUSE', 'address already in use'],
  99: ['EADDRNOTAVAIL', 'cannot assign requested address'],
  101: ['ENETUNREACH', 'network is unreachable'],
  103: ['ECONNABORTED', 'software caused connection abort'],
  104: ['ECONNRESET', 'connection reset by peer'],
  105: ['ENOBUFS', 'no buffer space available'],
  106: ['EISCONN', 'already connected'],
  107: ['ENOTCONN', 'not connected'],
  110: ['ETIMEDOUT', 'timed out'],
  111: ['ECONNREFUSED', 'connection refused'],
  113: ['EHOSTUNREACH', 'no route to host'],
  114: ['EALREADY', 'already in progress'],
  115: ['EINPROGRESS', 'now in progress'],
  116: ['ESTALE', 'stale file handle'],
  122: ['EDQUOT', 'disk quota exceeded'],
  125: ['ECANCELED', 'canceled'],
};

/** The kernel's largest error number: a larger one is none. */
const LARGEST = 4095;

/**
 * Matches a number where messages put it: `errno 13`, `failed with -13`, `failed: -13`, `ret -13`, `= -13`, `(-13)`, at
 * the end.
 */
const DECIMAL =
  /\berrno[ :=]+-?(\d+)|\b(?:failed|error|returned|ret|rc|code|exited)\b[ :=]*(?:with |code )*[:=(]* ?-(\d+)\b|[:=(,] ?-(\d+)\)?$/i;

/** Matches the same as an unsigned number of 32 or 64 bits in hexadecimal, as the restorer prints it. */
const HEX = /\b(?:0x)?(ffffffff(?:ffff)?f[0-9a-f]{3}|fffff[0-9a-f]{3})\b/i;

export function errnoOf(number: number): Errno | undefined {
  const [name, text] = ERRORS[number] ?? [];
  return name !== undefined && text !== undefined ? { number, name, text } : undefined;
}

function negative(hex: string): number | undefined {
  const bits = BigInt(hex.length * 4);
  const number = Number((1n << bits) - BigInt(`0x${hex}`));
  return number > 0 && number <= LARGEST ? number : undefined;
}

/** Returns the error number in a message; undefined where there is none, or where the words stand there besides. */
export function errnoIn(message: string): Errno | undefined {
  const [, named, after, last] = message.match(DECIMAL) ?? [];
  const decimal = named ?? after ?? last;
  if (decimal !== undefined) return errnoOf(Number(decimal));
  const [, hex] = message.match(HEX) ?? [];
  const number = hex === undefined ? undefined : negative(hex.padStart(hex.length > 8 ? 16 : 8, 'f'));
  return number === undefined ? undefined : errnoOf(number);
}
