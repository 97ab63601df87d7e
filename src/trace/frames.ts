import { spawnSync } from 'node:child_process';
import { demangle } from './demangle.ts';
import { ElfFile } from './elf.ts';
import type { RawFrame } from './event.ts';

export interface Frame {
  /** Undefined where the file has no symbol for the place. */
  function?: string;
  /** File that the code is in; undefined for code that was made at run time. */
  library?: string;
  /** In that file, as objdump and addr2line count; in memory for code that was made at run time. */
  address: string;
  /** Source file and line, where the file was built with -g. */
  source?: string;
}

interface Place {
  elf: ElfFile | undefined;
  address: number;
  /** Whether `address` is one that the file's symbols are given by. */
  certain: boolean;
}

/** Names the functions and, where debug information is there, the lines of many frames at once. */
export class FrameNames {
  readonly #files = new Map<string, ElfFile | undefined>();
  readonly #known = new Map<string, Frame>();

  name(stacks: RawFrame[][]): void {
    const fresh = new Map<string, RawFrame>();
    for (const frame of stacks.flat()) if (!this.#known.has(keyOf(frame))) fresh.set(keyOf(frame), frame);
    const places = new Map([...fresh].map(([key, frame]) => [key, this.#place(frame)]));
    const lines = linesOf([...places.values()]);
    for (const [key, frame] of fresh) this.#known.set(key, nameOf(frame, places.get(key) as Place, lines));
    const plain = demangle([...fresh.keys()].map((key) => this.#known.get(key)?.function ?? ''));
    for (const key of fresh.keys()) {
      const named = this.#known.get(key) as Frame;
      if (named.function) named.function = plain.get(named.function) ?? named.function;
    }
  }

  of(frame: RawFrame): Frame {
    if (!this.#known.has(keyOf(frame))) this.name([[frame]]);
    return this.#known.get(keyOf(frame)) as Frame;
  }

  #place({ path, offset = 0, address }: RawFrame): Place {
    if (!path?.startsWith('/')) return { elf: undefined, address: address ?? offset, certain: false };
    if (!this.#files.has(path)) this.#files.set(path, ElfFile.open(path));
    const elf = this.#files.get(path);
    const found = address ?? elf?.addressOf(offset);
    return { elf, address: found ?? offset, certain: elf !== undefined && found !== undefined };
  }
}

const keyOf = ({ path, offset, address }: RawFrame): string => `${path ?? ''}+${offset}+${address}`;

/** What is on the stack is where a call comes back to; the call itself is before it. */
const CALL = 1;

function nameOf(frame: RawFrame, { elf, address, certain }: Place, lines: Map<string, string>): Frame {
  const named: Frame = { address: `0x${address.toString(16)}` };
  if (frame.path === undefined) return named;
  named.library = frame.path;
  const source = elf && lines.get(lineKey(elf, address));
  if (source) named.source = source;
  // strace names the nearest symbol below, which may be far away; the file tells where a function ends.
  const symbol = elf && certain ? elf.symbolAt(address - CALL) : frame.symbol;
  if (symbol) named.function = symbol;
  return named;
}

const lineKey = (elf: ElfFile, address: number): string => `${elf.path}+${address}`;

/** One run of addr2line for each file that has lines; where there is no addr2line, there are no lines. */
function linesOf(places: Place[]): Map<string, string> {
  const wanted = new Map<ElfFile, Set<number>>();
  for (const { elf, address, certain } of places)
    if (elf && certain && elf.hasLines) wanted.set(elf, (wanted.get(elf) ?? new Set()).add(address));
  const found = new Map<string, string>();
  for (const [elf, addresses] of wanted) {
    const list = [...addresses];
    const input = list.map((address) => `0x${(address - CALL).toString(16)}\n`).join('');
    const { stdout } = spawnSync('addr2line', ['-e', elf.path], { input, encoding: 'utf8' });
    const lines = (stdout ?? '').split('\n');
    list.forEach((address, i) => {
      const source = lines[i]?.replace(/ \(discriminator \d+\)$/, '');
      if (source && !/^\?\?|:[0?]$/.test(source)) found.set(lineKey(elf, address), source);
    });
  }
  return found;
}
