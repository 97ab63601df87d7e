import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { formsIn, LOOK, OVERLAP } from './secrets.ts';

/** Finds forms of secrets in these files of an image, and how often each was seen. */
export function secretsIn(image: string, files: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  const buffer = Buffer.alloc(LOOK);
  for (const name of files) {
    const fd = openSync(join(image, name), 'r');
    try {
      for (let at = 0; ; at += LOOK - OVERLAP) {
        const got = readSync(fd, buffer, 0, LOOK, at);
        if (got > 0) formsIn(buffer.subarray(0, got), found);
        if (got < LOOK) break;
      }
    } finally {
      closeSync(fd);
    }
  }
  return found;
}
