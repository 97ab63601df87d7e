import { readSync } from 'node:fs';
import { copyPages, type Source } from './copy.ts';
import type { Mapping } from './memory-map.ts';
import { PAGE, type PageRun } from './page-map.ts';

/** A part of a mapping whose bytes stand in one place. */
export interface Part {
  address: number;
  bytes: number;
  source: Source;
}

/** What a mapping held at the dump: where it was a private mapping of an older page file, that lies underneath. */
export class Contents {
  readonly mapping: Mapping;
  readonly base: Source | undefined;
  readonly parts: Part[];

  constructor(mapping: Mapping, runs: readonly PageRun[], pagesFile: number, basePageFile: number | undefined) {
    this.mapping = mapping;
    this.base = basePageFile === undefined ? undefined : { fd: basePageFile, at: mapping.offset };
    this.parts = runs.flatMap((run) => {
      const address = Math.max(run.address, mapping.start);
      const end = Math.min(run.address + run.pages * PAGE, mapping.end);
      const source = { fd: pagesFile, at: run.at + address - run.address };
      return end > address ? [{ address, bytes: end - address, source }] : [];
    });
  }

  get length(): number {
    return this.mapping.end - this.mapping.start;
  }

  /** Bytes that the dump itself has. */
  get dumped(): number {
    return this.parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The stretches between the dumped parts, which the older page file fills. */
  get underneath(): Part[] {
    const { base, mapping } = this;
    if (!base) return [];
    const gaps: Part[] = [];
    let at = mapping.start;
    for (const { address, bytes } of [...this.parts, { address: mapping.end, bytes: 0 }]) {
      if (address > at)
        gaps.push({
          address: at,
          bytes: address - at,
          source: { fd: base.fd, at: base.at + at - mapping.start },
        });
      at = address + bytes;
    }
    return gaps;
  }

  /** The first 64-bit words, if the first page was dumped. */
  firstWords(count: number): BigUint64Array | undefined {
    const first = this.parts.find(({ address }) => address === this.mapping.start);
    if (!first) return undefined;
    const words = new BigUint64Array(count);
    return readSync(first.source.fd, words, 0, words.byteLength, first.source.at) === words.byteLength
      ? words
      : undefined;
  }

  /** Writes everything to a place in the page file; only bytes that are not zero. @returns pages written */
  writeTo(pageFile: number, position: number): number {
    let pages = 0;
    for (const { address, bytes, source } of [...this.parts, ...this.underneath])
      pages += copyPages(source, bytes, pageFile, position + address - this.mapping.start, true);
    return pages;
  }
}
