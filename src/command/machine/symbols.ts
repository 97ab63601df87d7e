import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const SHT_SYMTAB = 2;
const SECTION = 64;
const SYMBOL = 24;
const PT_LOAD = 1;
/** A size that the tables of no node binary reach. */
const LARGEST = 1 << 28;

/** The places in memory of names of a 64-bit ELF file's symbol table, counted from the file's first mapping. */
export type Symbols = Map<string, number>;

const cache = new Map<string, Symbols>();

/** @returns none for a file that is stripped, may not be read, or is of another kind */
export function symbolsOf(path: string, names: readonly string[]): Symbols {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return new Map(); // it was removed, or is another user's
  }
  try {
    const { dev, ino, mtimeMs } = fstatSync(fd);
    const key = [dev, ino, mtimeMs, ...names].join(' ');
    const found = cache.get(key) ?? read(fd, names);
    cache.set(key, found);
    return found;
  } catch (error) {
    if (error instanceof RangeError) return new Map(); // it points outside of itself
    throw error;
  } finally {
    closeSync(fd);
  }
}

function read(fd: number, names: readonly string[]): Symbols {
  const found: Symbols = new Map();
  const header = at(fd, 0, 64);
  if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1) return found;
  const sections = at(fd, long(header, 40), header.readUInt16LE(60) * SECTION);
  for (let start = 0; start + SECTION <= sections.length; start += SECTION) {
    if (sections.readUInt32LE(start + 4) !== SHT_SYMTAB) continue;
    const strings = sections.readUInt32LE(start + 40) * SECTION;
    const texts = at(fd, long(sections, strings + 24), long(sections, strings + 32));
    const table = at(fd, long(sections, start + 24), long(sections, start + 32));
    const wanted = new Map<number, string>();
    for (const name of names) {
      const place = texts.indexOf(`\0${name}\0`, 0, 'latin1');
      if (place >= 0) wanted.set(place + 1, name);
    }
    const base = firstLoaded(fd, header);
    for (let entry = 0; entry + SYMBOL <= table.length; entry += SYMBOL) {
      const name = wanted.get(table.readUInt32LE(entry));
      if (name !== undefined) found.set(name, long(table, entry + 8) - base);
    }
  }
  return found;
}

/** Returns where the file's first byte would be, as its addresses count: 0 for one that may lie anywhere. */
function firstLoaded(fd: number, header: Buffer): number {
  const parts = at(fd, long(header, 32), header.readUInt16LE(56) * 56);
  for (let part = 0; part + 56 <= parts.length; part += 56)
    if (parts.readUInt32LE(part) === PT_LOAD) return long(parts, part + 16) - long(parts, part + 8);
  return 0;
}

function at(fd: number, position: number, length: number): Buffer {
  if (length > LARGEST) throw new RangeError('too large a table');
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(fd, bytes, 0, length, position));
}

const long = (bytes: Buffer, position: number): number => Number(bytes.readBigUInt64LE(position));
