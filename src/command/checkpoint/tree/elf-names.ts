import { closeSync, openSync, readSync } from 'node:fs';

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_STRTAB = 5;
const DT_SYMTAB = 6;
const DT_GNU_HASH = 0x6ffffef5;
const SYMBOL = 24;
const SHN_UNDEF = 0;
const CHUNK = 1 << 20;

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
}

/** A 64-bit little-endian ELF file as its dynamic linker sees it. Takes some small reads, however large the file is. */
export class ElfNames {
  readonly #fd: number;
  readonly #segments: Segment[];
  readonly #tags = new Map<number, number>();

  private constructor(fd: number, header: Buffer) {
    this.#fd = fd;
    const table = this.#read(number(header, 32), header.readUInt16LE(56) * 56);
    this.#segments = Array.from({ length: Math.floor(table.length / 56) }, (_, index) => ({
      type: table.readUInt32LE(index * 56),
      offset: number(table, index * 56 + 8),
      address: number(table, index * 56 + 16),
      size: number(table, index * 56 + 32),
    }));
    const dynamic = this.#segments.find(({ type }) => type === PT_DYNAMIC);
    const tags = dynamic ? this.#read(dynamic.offset, dynamic.size) : Buffer.alloc(0);
    for (let at = 0; at + 16 <= tags.length; at += 16) this.#tags.set(number(tags, at), number(tags, at + 8));
  }

  /** @returns what `ask` says; undefined where the file is gone, may not be read, or is none of that kind */
  static ask<T>(path: string, ask: (file: ElfNames) => T): T | undefined {
    let fd: number;
    try {
      fd = openSync(path, 'r');
    } catch {
      return undefined;
    }
    try {
      const header = Buffer.alloc(64);
      if (readSync(fd, header, 0, 64, 0) < 64 || header.readUInt32BE(0) !== 0x7f454c46) return undefined;
      return header[4] === 2 && header[5] === 1 ? ask(new ElfNames(fd, header)) : undefined;
    } catch (error) {
      if (error instanceof RangeError) return undefined; // the file points outside of itself
      throw error;
    } finally {
      closeSync(fd);
    }
  }

  /** True where a dynamic linker brings its libraries: only then can one be preloaded. */
  get isDynamic(): boolean {
    return this.#segments.some(({ type }) => type === PT_INTERP);
  }

  /** Tells whether other files find this function or object in it. */
  exports(name: string): boolean {
    const table = this.#tag(DT_GNU_HASH);
    if (table === undefined) return false;
    const [buckets = 0, first = 0, words = 0] = this.#words(table, 3);
    if (buckets === 0) return false;
    const hash = hashOf(name);
    const chains = table + 16 + words * 8 + buckets * 4;
    let [index = 0] = this.#words(table + 16 + words * 8 + (hash % buckets) * 4, 1);
    for (; index >= first && index !== 0; index++) {
      const [entry = 1] = this.#words(chains + (index - first) * 4, 1);
      if (entry >>> 1 === hash >>> 1 && this.#nameOf(index) === name) return true;
      if (entry & 1) return false;
    }
    return false;
  }

  /** Lists names of what the file takes from others: they stand before all that it exports. */
  imports(): string[] {
    const hash = this.#tag(DT_GNU_HASH);
    const symbols = this.#tag(DT_SYMTAB);
    if (hash === undefined || symbols === undefined) return [];
    const [, first = 0] = this.#words(hash, 2);
    const table = this.#read(symbols, first * SYMBOL);
    const names: string[] = [];
    for (let at = SYMBOL; at + SYMBOL <= table.length; at += SYMBOL)
      if (table.readUInt16LE(at + 6) === SHN_UNDEF) names.push(this.#text(table.readUInt32LE(at)));
    return names;
  }

  /** Tells whether this text is anywhere in the file; reads all of it. */
  contains(text: string): boolean {
    const wanted = Buffer.from(text, 'latin1');
    const chunk = Buffer.alloc(CHUNK + wanted.length);
    for (let at = 0; ; at += CHUNK) {
      const length = readSync(this.#fd, chunk, 0, chunk.length, at);
      if (chunk.subarray(0, length).includes(wanted)) return true;
      if (length < chunk.length) return false;
    }
  }

  #nameOf(index: number): string {
    const symbols = this.#tag(DT_SYMTAB);
    return symbols === undefined ? '' : this.#text(this.#read(symbols + index * SYMBOL, 4).readUInt32LE(0));
  }

  #text(at: number): string {
    const names = this.#tag(DT_STRTAB);
    if (names === undefined) return '';
    const text = this.#read(names + at, 256);
    const end = text.indexOf(0);
    return text.toString('latin1', 0, end < 0 ? text.length : end);
  }

  #words(offset: number, count: number): number[] {
    const bytes = this.#read(offset, count * 4);
    return Array.from({ length: count }, (_, index) => bytes.readUInt32LE(index * 4));
  }

  /** Returns the place in the file of what a tag has the address of. */
  #tag(tag: number): number | undefined {
    const address = this.#tags.get(tag);
    if (address === undefined) return undefined;
    const segment = this.#segments.find(
      (one) => one.type === PT_LOAD && address >= one.address && address < one.address + one.size,
    );
    return segment && address - segment.address + segment.offset;
  }

  #read(offset: number, size: number): Buffer {
    if (size > 1 << 26) throw new RangeError('too large a table');
    const buffer = Buffer.alloc(size);
    return buffer.subarray(0, readSync(this.#fd, buffer, 0, size, offset));
  }
}

const number = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));

/** Computes the hash by which the table DT_GNU_HASH is ordered. */
function hashOf(name: string): number {
  let hash = 5381;
  for (const byte of Buffer.from(name, 'latin1')) hash = (Math.imul(hash, 33) + byte) >>> 0;
  return hash;
}
