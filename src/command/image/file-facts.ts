import { closeSync, openSync, readSync, statSync } from 'node:fs';

export interface FileFacts {
  size: number;
  modified: string;
  uid: number;
  gid: number;
  fingerprint: string | undefined;
}

/** The bytes that a fingerprint covers; the same in native/restore/fingerprint.c. */
const WINDOW = 4096;

/**
 * Returns the facts about a file.
 * @param size at the dump, where the engine has written it down: the program may go on already
 * @returns undefined where there is no such file
 */
export function factsOf(path: string, position: number, size: number | undefined): FileFacts | undefined {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!status) return undefined;
  const bytes = size ?? Number(status.size);
  return {
    size: bytes,
    modified: String(status.mtimeNs),
    uid: Number(status.uid),
    gid: Number(status.gid),
    fingerprint: status.isFile() ? fingerprint(path, position, bytes) : undefined,
  };
}

/**
 * Computes FNV-1a of the file's first bytes, and of those before the position: what the program may have read already.
 */
function fingerprint(path: string, position: number, size: number): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined; // not ours to read: then only sizes are compared
  }
  try {
    const end = Math.min(position, size);
    let hash = hashed(0x811c9dc5, fd, 0, Math.min(WINDOW, size));
    hash = hashed(hash, fd, Math.max(0, end - WINDOW), end);
    return hash.toString(16).padStart(8, '0');
  } finally {
    closeSync(fd);
  }
}

function hashed(start: number, fd: number, from: number, to: number): number {
  const bytes = Buffer.alloc(to - from);
  const got = readSync(fd, bytes, 0, bytes.length, from);
  let hash = start;
  for (const byte of bytes.subarray(0, got)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
