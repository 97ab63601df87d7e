import { closeSync, existsSync, openSync, readSync } from 'node:fs';

const PT_LOAD = 1;
const PT_INTERP = 3;
const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
const SHT_NOTE = 7;
const STT_NOTYPE = 0;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;
const NT_GNU_BUILD_ID = 3;
const SYMBOL = 24;
const LINES = /^\.z?debug_line$/;

interface Section {
  name: string;
  type: number;
  offset: number;
  size: number;
  link: number;
}

/** A 64-bit little-endian ELF file: enough of it to say which function an address lies in. */
export class ElfFile {
  readonly path: string;
  readonly #segments: { offset: number; address: number; size: number }[] = [];
  readonly #sections: Section[] = [];
  #hasInterpreter = false;
  #tables: { symbols: Buffer; names: Buffer }[] | undefined;

  private constructor(path: string, header: Buffer) {
    this.path = path;
    const segments = this.#read(Number(header.readBigUInt64LE(32)), header.readUInt16LE(56) * 56);
    for (let at = 0; at + 56 <= segments.length; at += 56) {
      if (segments.readUInt32LE(at) === PT_INTERP) this.#hasInterpreter = true;
      if (segments.readUInt32LE(at) === PT_LOAD)
        this.#segments.push({
          offset: Number(segments.readBigUInt64LE(at + 8)),
          address: Number(segments.readBigUInt64LE(at + 16)),
          size: Number(segments.readBigUInt64LE(at + 32)),
        });
    }
    const sections = this.#read(Number(header.readBigUInt64LE(40)), header.readUInt16LE(60) * 64);
    const namesAt = header.readUInt16LE(62) * 64;
    const names =
      namesAt + 64 <= sections.length
        ? this.#read(
            Number(sections.readBigUInt64LE(namesAt + 24)),
            Number(sections.readBigUInt64LE(namesAt + 32)),
          )
        : Buffer.from([0]);
    for (let at = 0; at + 64 <= sections.length; at += 64)
      this.#sections.push({
        name: text(names, sections.readUInt32LE(at)),
        type: sections.readUInt32LE(at + 4),
        offset: Number(sections.readBigUInt64LE(at + 24)),
        size: Number(sections.readBigUInt64LE(at + 32)),
        link: sections.readUInt32LE(at + 40),
      });
  }

  /** @returns undefined where the file is gone, may not be read, or is none of that kind */
  static open(path: string): ElfFile | undefined {
    const header = readAt(path, 0, 64);
    if (header.length < 64 || header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2 || header[5] !== 1)
      return undefined;
    return new ElfFile(path, header);
  }

  /** True where a loader brings its libraries: only then can one be preloaded. */
  get isDynamic(): boolean {
    return this.#hasInterpreter;
  }

  get sectionNames(): string[] {
    return this.#sections.map(({ name }) => name);
  }

  /** True where it was built with -g, and not stripped since: only then can lines be told. */
  get hasLines(): boolean {
    return [this, this.#debugFile()].some((file) => file?.sectionNames.some((name) => LINES.test(name)));
  }

  /** Returns where the linker put what lies at an offset of the file; tools such as addr2line ask by it. */
  addressOf(offset: number): number | undefined {
    const segment = this.#segments.find((one) => offset >= one.offset && offset < one.offset + one.size);
    return segment && offset - segment.offset + segment.address;
  }

  /** Finds the function that an address lies inside of; none where the file has no name for that place. */
  symbolAt(address: number): string | undefined {
    for (const { symbols, names } of this.#symbolTables()) {
      let best: string | undefined;
      for (let at = 0; at + SYMBOL <= symbols.length; at += SYMBOL) {
        const value = symbols.readUInt32LE(at + 8) + symbols.readUInt32LE(at + 12) * 2 ** 32;
        if (address < value || address >= value + symbols.readUInt32LE(at + 16)) continue;
        const type = (symbols[at + 4] as number) & 15;
        if (type !== STT_FUNC && type !== STT_GNU_IFUNC && type !== STT_NOTYPE) continue;
        const name = text(names, symbols.readUInt32LE(at));
        if (name && (best === undefined || underscores(name) < underscores(best))) best = name;
      }
      if (best !== undefined) return best;
    }
    return undefined;
  }

  #symbolTables(): { symbols: Buffer; names: Buffer }[] {
    if (this.#tables) return this.#tables;
    const debug = this.#debugFile();
    this.#tables = [
      ...this.#own(SHT_SYMTAB),
      ...this.#own(SHT_DYNSYM),
      ...(debug === undefined ? [] : debug.#own(SHT_SYMTAB)),
    ];
    return this.#tables;
  }

  #own(type: number): { symbols: Buffer; names: Buffer }[] {
    return this.#sections
      .filter((section) => section.type === type)
      .map(({ offset, size, link }) => {
        const names = this.#sections[link];
        return {
          symbols: this.#read(offset, size),
          names: names ? this.#read(names.offset, names.size) : Buffer.alloc(0),
        };
      });
  }

  /** Finds the file of debug symbols: packages put it under the build's number. */
  #debugFile(): ElfFile | undefined {
    for (const { type, offset, size } of this.#sections) {
      if (type !== SHT_NOTE || size < 16) continue;
      const note = this.#read(offset, size);
      if (note.length < 16 || note.readUInt32LE(8) !== NT_GNU_BUILD_ID) continue;
      const start = 12 + ((note.readUInt32LE(0) + 3) & ~3);
      const id = note.toString('hex', start, start + note.readUInt32LE(4));
      const path = `/usr/lib/debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`;
      return existsSync(path) ? ElfFile.open(path) : undefined;
    }
    return undefined;
  }

  #read(offset: number, size: number): Buffer {
    return readAt(this.path, offset, size);
  }
}

/** Counts leading underscores: of several names for a function people use the one with fewest (`open64`, not `__libc_open64`). */
const underscores = (name: string): number => name.match(/^_*/)?.[0].length ?? 0;

const text = (names: Buffer, at: number): string => names.toString('latin1', at, names.indexOf(0, at));

function readAt(path: string, offset: number, size: number): Buffer {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    const buffer = Buffer.alloc(size);
    return buffer.subarray(0, readSync(fd, buffer, 0, size, offset));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return Buffer.alloc(0); // gone since, or not ours to read: the frame is shown by file and address
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
