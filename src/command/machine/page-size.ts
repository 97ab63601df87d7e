import { closeSync, openSync, readSync } from 'node:fs';
import { endianness } from 'node:os';

const AT_PAGESZ = 6;
/** The page size of every x86-64 kernel, and of most arm64 ones. */
const USUAL = 4096;

/**
 * Returns the bytes of a page of memory on this kernel, from what the kernel tells each process at its start (auxv).
 */
function pageSize(): number {
  if (process.platform !== 'linux' || endianness() !== 'LE') return USUAL;
  const fd = openSync('/proc/self/auxv', 'r');
  try {
    const bytes = Buffer.alloc(4096);
    const length = readSync(fd, bytes);
    for (let at = 0; at + 16 <= length; at += 16)
      if (bytes.readBigUInt64LE(at) === BigInt(AT_PAGESZ)) return Number(bytes.readBigUInt64LE(at + 8));
    return USUAL;
  } finally {
    closeSync(fd);
  }
}

export const PAGE_SIZE: number = pageSize();
