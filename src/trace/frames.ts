import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { demangle } from './demangle.ts';
import { ElfFile } from './elf.ts';
import type { RawFrame } from './event.ts';

export interface Frame {
  /** Undefined where the file has no symbol for the place. */
  function?: string;
  /** File that the code is in; undefined for code that was made at run time. */
  library?: string;
  /** Offset in that file, or the address. */
  offset: number;
  /** Source file and line, where the file was built with -g. */
  source?: string;
}

interface Place {
  elf: ElfFile | undefined;
  address: number | undefined;
}

/** Names the functions and, where debug information is there, the lines of many frames at once. */
export class FrameNames {
  readonly #files = new Map<string, ElfFile | undefined>();
  readonly #known = new Map<string, Frame>();

  name(stacks: RawFrame[][]): void {
    const fresh = new Map<string, RawFrame>();
    for (const frame of stacks.flat()) if (!this.#known.has(keyOf(frame))) fresh.set(keyOf(frame), frame);
    const places = new Map<string, Place>();
    for (const [key, frame] of fresh) places.set(key, this.#place(frame));
    const lines = linesOf([...places.values()]);
    const mangled: string[] = [];
    for (const [key, frame] of fresh) {
      const named = nameOf(frame, places.get(key) as Place, lines);
      if (named.function) mangled.push(named.function);
      this.#known.set(key, named);
    }
    const plain = demangle(mangled);
    for (const key of fresh.keys()) {
      const named = this.#known.get(key) as Frame;
      if (named.function) named.function = plain.get(named.function) ?? named.function;
    }
  }

  of(frame: RawFrame): Frame {
    const known = this.#known.get(keyOf(frame));
    if (known) return known;
    this.name([[frame]]);
    return this.#known.get(keyOf(frame)) as Frame;
  }

  #place({ path, offset }: RawFrame): Place {
    if (!path?.startsWith('/')) return { elf: undefined, address: undefined };
    if (!this.#files.has(path)) this.#files.set(path, ElfFile.open(path));
    const elf = this.#files.get(path);
    // What is on the stack is where the call comes back to; the call itself is before it.
    return { elf, address: elf?.addressOf(offset - 1) };
  }
}

const keyOf = ({ path, offset }: RawFrame): string => `${path ?? ''}+${offset}`;

function nameOf(frame: RawFrame, { elf, address }: Place, lines: Map<string, Line>): Frame {
  const named: Frame = { offset: frame.offset };
  if (frame.path === undefined) return named;
  named.library = frame.path;
  const line = elf && lines.get(`${elf.path}+${address}`);
  if (line?.source) named.source = line.source;
  // The nearest symbol below may be far away and say nothing of this place; the file tells where a function ends.
  const symbol = elf && address !== undefined ? elf.symbolAt(address)?.name : frame.symbol;
  if (symbol) named.function = symbol;
  return named;
}

interface Line {
  source?: string;
}

/** One run of addr2line for each file that has lines. */
function linesOf(places: Place[]): Map<string, Line> {
  const wanted = new Map<ElfFile, Set<number>>();
  for (const { elf, address } of places) {
    if (!elf || address === undefined || !elf.hasLines) continue;
    wanted.set(elf, (wanted.get(elf) ?? new Set()).add(address));
  }
  const found = new Map<string, Line>();
  for (const [elf, addresses] of wanted) {
    const list = [...addresses];
    const input = `${list.map((address) => `0x${address.toString(16)}`).join('\n')}\n`;
    const { stdout } = spawnSync('addr2line', ['-e', elf.path], { input, encoding: 'utf8' });
    const lines = (stdout ?? '').split('\n');
    list.forEach((address, i) => {
      const source = lines[i]?.replace(/ \(discriminator \d+\)$/, '');
      if (source && !/^\?\?|:[0?]$/.test(source)) found.set(`${elf.path}+${address}`, { source });
    });
  }
  return found;
}

/** `libc.so.6` for `/usr/lib/x86_64-linux-gnu/libc.so.6`. */
export const libraryName = (library: string): string => basename(library);
