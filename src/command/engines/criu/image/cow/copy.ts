import { readSync, writeSync } from 'node:fs';
import { PAGE } from './page-map.ts';

/** A place of bytes: in the pages of the dump, or in the page file of the image before. */
export interface Source {
  fd: number;
  at: number;
}

const CHUNK = 1 << 20;
const ZERO = Buffer.alloc(PAGE);
const buffer = Buffer.allocUnsafe(CHUNK);

/**
 * Reads whole pages and hands each stretch that is not all zeros to `take`, with its distance from the start. What
 * lies beyond the source's end is zeros.
 */
export function eachStretch(source: Source, bytes: number, take: (pages: Buffer, at: number) => void): void {
  for (let done = 0; done < bytes; ) {
    const got = readSync(source.fd, buffer, 0, Math.min(CHUNK, bytes - done), source.at + done);
    if (got === 0) return;
    const pages = buffer.subarray(0, Math.ceil(got / PAGE) * PAGE);
    pages.fill(0, got);
    for (let at = 0; at < pages.length; ) {
      if (isZero(pages, at)) {
        at += PAGE;
        continue;
      }
      let end = at + PAGE;
      while (end < pages.length && !isZero(pages, end)) end += PAGE;
      take(pages.subarray(at, end), done + at);
      at = end;
    }
    done += pages.length;
  }
}

/** Tells whether a page is all zeros; it is compared whole only when its first word is zero: that settles most. */
const isZero = (pages: Buffer, at: number): boolean =>
  pages.readDoubleLE(at) === 0 && pages.compare(ZERO, 0, PAGE, at, at + PAGE) === 0;

export function writeAll(target: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(target, bytes, done, bytes.length - done, position + done);
}
