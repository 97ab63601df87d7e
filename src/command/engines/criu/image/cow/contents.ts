import { readSync } from 'node:fs';
import type { Source } from './copy.ts';
import type { Mapping } from './memory-map.ts';
import { PAGE, type PageRun } from './page-map.ts';

/** A stretch of a mapping whose bytes stand in one place. */
export interface Part {
  address: number;
  bytes: number;
  /** The flags as in the page map. */
  flags: number;
  source: Source;
  /** Called when the bytes have been copied. */
  copied?: () => void;
}

/** The bytes that are copied before their room in the dump is given back: more would be needed twice on the disk. */
export const SLICE = 32 << 20;

/** A mapping and what it held at the dump. */
export interface Contents {
  mapping: Mapping;
  /** The parts that the dump itself has. */
  parts: Part[];
}

/**
 * Deals the pages of a dump out to the mappings; both are in order of addresses.
 * @param copied is told up to where the dump's pages have been copied
 */
export function contentsOf(
  mappings: readonly Mapping[],
  runs: readonly PageRun[],
  pagesFile: number,
  copied: (end: number) => void,
): Contents[] {
  let first = 0;
  return mappings.map((mapping) => {
    const parts: Part[] = [];
    for (let index = first; index < runs.length; index++) {
      const run = runs[index] as PageRun;
      const runEnd = run.address + run.pages * PAGE;
      if (run.address >= mapping.end) break;
      if (runEnd <= mapping.end) first = index + 1;
      const address = Math.max(run.address, mapping.start);
      const bytes = Math.min(runEnd, mapping.end) - address;
      if (bytes <= 0) continue;
      for (let done = 0; done < bytes; done += SLICE) {
        const at = run.at + address - run.address + done;
        const length = Math.min(SLICE, bytes - done);
        const source = { fd: pagesFile, at };
        parts.push({
          address: address + done,
          bytes: length,
          flags: run.flags,
          source,
          copied: () => copied(at + length),
        });
      }
    }
    return { mapping, parts };
  });
}

export const bytesOf = (parts: readonly Part[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * Returns parts of the older page file where a mapping of it was never written to: its bytes are still those of that
 * file.
 */
export function underneath({ mapping, parts }: Contents, pageFile: number, flags: number): Part[] {
  const gaps: Part[] = [];
  let address = mapping.start;
  for (const part of [...parts, { address: mapping.end, bytes: 0 }]) {
    const source = { fd: pageFile, at: mapping.offset + address - mapping.start };
    if (part.address > address) gaps.push({ address, bytes: part.address - address, flags, source });
    address = part.address + part.bytes;
  }
  return gaps;
}

/** Returns the first 64-bit words of a mapping, if its first page was dumped. */
export function firstWords({ mapping, parts }: Contents, count: number): BigUint64Array | undefined {
  const [first] = parts;
  if (first?.address !== mapping.start) return undefined;
  const words = new BigUint64Array(count);
  return readSync(first.source.fd, words, 0, words.byteLength, first.source.at) === words.byteLength
    ? words
    : undefined;
}
