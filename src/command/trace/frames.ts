import { spawnSync } from 'node:child_process';
import { demangle } from './demangle.ts';
import { ElfFile } from './elf.ts';
import type { RawFrame } from './event.ts';

export interface Frame {
  /** The function; undefined where the file has no symbol for the place. */
  function?: string;
  /** The file that the code is in; undefined for code that was made at run time. */
  library?: string;
  /** The address in that file, as objdump and addr2line count; in memory for code that was made at run time. */
  address: string;
  /** The source file and the line, where the file was built with -g. */
  source?: string;
}

interface Place {
  elf: ElfFile | undefined;
  address: number;
  /** True where `address` is one that the file's symbols are given by. */
  certain: boolean;
}

/** The names of functions and, where debug information is there, of lines, found for many frames at once. */
export class FrameNames {
  readonly #files = new Map<string, ElfFile | undefined>();
  readonly #known = new Map<string, Frame[]>();

  name(stacks: RawFrame[][]): void {
    const fresh = new Map<string, RawFrame>();
    for (const frame of stacks.flat()) if (!this.#known.has(keyOf(frame))) fresh.set(keyOf(frame), frame);
    const places = new Map([...fresh].map(([key, frame]) => [key, this.#place(frame)]));
    const lines = linesOf([...places.values()]);
    for (const [key, frame] of fresh) this.#known.set(key, framesOf(frame, places.get(key) as Place, lines));
    const named = [...fresh.keys()].flatMap((key) => this.#known.get(key) ?? []);
    const plain = demangle(named.map((frame) => frame.function ?? ''));
    for (const frame of named)
      if (frame.function) frame.function = plain.get(frame.function) ?? frame.function;
  }

  /** Returns the frames; more than one where the compiler has put functions into each other. */
  of(frame: RawFrame): Frame[] {
    if (!this.#known.has(keyOf(frame))) this.name([[frame]]);
    return this.#known.get(keyOf(frame)) ?? [];
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

/** The bytes to go back: a stack has where a call comes back to; the call itself is before it. */
const CALL = 1;

/** Matches the endings of names that the compiler makes of a function's name. */
const VARIANT = /(\.(isra|constprop|part|cold|lto_priv)(\.\d+)?)+$/;

function framesOf(frame: RawFrame, { elf, address, certain }: Place, lines: Map<string, Line[]>): Frame[] {
  const here: Frame = { address: `0x${address.toString(16)}` };
  if (frame.path === undefined) return [here];
  here.library = frame.path;
  // strace names the nearest symbol below, which may be far away; the file tells where a function ends.
  const symbol = elf && certain ? elf.symbolAt(address - CALL) : frame.symbol;
  const inlined = (elf && lines.get(lineKey(elf, address))) ?? [];
  const outermost = inlined.pop();
  const name = symbol?.replace(VARIANT, '') ?? outermost?.function;
  return [
    ...inlined.map((line) => ({ ...here, ...line })),
    {
      ...here,
      ...(name !== undefined && { function: name }),
      ...(outermost?.source !== undefined && { source: outermost.source }),
    },
  ];
}

const lineKey = (elf: ElfFile, address: number): string => `${elf.path}+${address}`;

type Line = Pick<Frame, 'function' | 'source'>;

/** Runs addr2line once for each file that has lines; where there is no addr2line, there are no lines. */
function linesOf(places: Place[]): Map<string, Line[]> {
  const wanted = new Map<ElfFile, Set<number>>();
  for (const { elf, address, certain } of places)
    if (elf && certain && elf.hasLines) wanted.set(elf, (wanted.get(elf) ?? new Set()).add(address));
  const found = new Map<string, Line[]>();
  for (const [elf, addresses] of wanted) {
    const input = [...addresses].map((address) => `0x${(address - CALL).toString(16)}\n`).join('');
    const { stdout } = spawnSync('addr2line', ['-a', '-f', '-i', '-e', elf.path], {
      input,
      encoding: 'utf8',
    });
    for (const part of (stdout ?? '').split(/^0x/m).slice(1)) {
      const [address = '', ...rest] = part.split('\n');
      found.set(lineKey(elf, Number.parseInt(address, 16) + CALL), inlineChain(rest));
    }
  }
  return found;
}

/** Returns pairs of a function and its line, the innermost first; `??` where one is not known. */
function inlineChain(lines: string[]): Line[] {
  const chain: Line[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = lines[i] as string;
    const source = (lines[i + 1] as string).replace(/ \(discriminator \d+\)$/, '');
    const line: Line = {
      ...(!name.startsWith('??') && { function: name }),
      ...(!/^\?\?|:[0?]$/.test(source) && { source }),
    };
    if (line.function !== undefined || line.source !== undefined) chain.push(line);
  }
  return chain;
}
