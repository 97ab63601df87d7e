import { fstatSync, readSync, writeSync } from 'node:fs';
import { PAGE } from './page-map.ts';

/** Bytes that stand somewhere: in the pages of the dump, or in the page file of the image before. */
export interface Source {
  fd: number;
  at: number;
}

const CHUNK = 1 << 20;
const ZERO = Buffer.alloc(PAGE);
const buffer = Buffer.allocUnsafe(CHUNK);

/**
 * Copies whole pages; those that hold only zeros are left out of the target, which so becomes a hole there.
 * What lies beyond the source's end is zeros.
 *
 * @returns number of pages written
 */
export function copyPages(source: Source, bytes: number, target: number, position: number, holes: boolean): number {
  let written = 0;
  for (let done = 0; done < bytes; ) {
    const got = readSync(source.fd, buffer, 0, Math.min(CHUNK, bytes - done), source.at + done);
    if (got === 0) return written;
    const whole = Math.ceil(got / PAGE) * PAGE;
    buffer.fill(0, got, whole);
    written += holes
      ? writeRuns(buffer.subarray(0, whole), target, position + done)
      : writeAll(buffer.subarray(0, whole), target, position + done);
    done += got;
  }
  return written;
}

/** A page is compared whole only when its first word is zero: most are settled by that. */
const isZero = (pages: Buffer, at: number): boolean =>
  pages.readDoubleLE(at) === 0 && pages.compare(ZERO, 0, PAGE, at, at + PAGE) === 0;

function writeRuns(pages: Buffer, target: number, position: number): number {
  let written = 0;
  for (let at = 0; at < pages.length; ) {
    if (isZero(pages, at)) {
      at += PAGE;
      continue;
    }
    let end = at + PAGE;
    while (end < pages.length && !isZero(pages, end)) end += PAGE;
    written += writeAll(pages.subarray(at, end), target, position + at);
    at = end;
  }
  return written;
}

function writeAll(bytes: Buffer, target: number, position: number): number {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(target, bytes, done, bytes.length - done, position + done);
  }
  return bytes.length / PAGE;
}

export const sizeOf = (fd: number): number => fstatSync(fd).size;
