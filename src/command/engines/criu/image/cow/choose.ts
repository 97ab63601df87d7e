import { readFileSync } from 'node:fs';
import { MAP, type Mapping, PROT, STATUS } from './memory-map.ts';

/**
 * The kinds of memory that may become a private mapping of the page file. The proofs are in
 * docs/decisions/0004-copy-on-write-images.md; what has none stays as it is.
 */
export type Kind = 'v8' | 'main-arena' | 'thread-arena' | 'page-file';

export interface Process {
  /** True where the process runs the same program file as the root of the tree, so it is Node. */
  isNode: boolean;
  /** True where our preloaded library stands before libc's madvise (native/preload/discard.c). */
  discardIsSafe: boolean;
  /** True where its allocator is glibc's. */
  hasGlibc: boolean;
}

const GIB = 2 ** 30;
/**
 * The address from which V8 asks for its memory (GetRandomMmapAddr in its source); the same as in
 * native/preload/discard.c.
 */
export const V8_LOW = 4 * GIB;
export const V8_HIGH = 2 ** 46;
/** The end of it where the kernel has addresses of 39 or 42 bits (arm64), and puts other memory above. */
const V8_HIGH_OF_FEW = 2 ** 38;

/** Tells whether V8 asks for memory there. */
export function isInV8Range(start: number, end: number): boolean {
  if (process.arch !== 'x64' && process.arch !== 'arm64') return false;
  const isWide = process.arch === 'x64' || stackOfThis() > V8_HIGH;
  return start >= V8_LOW && end <= (isWide ? V8_HIGH : V8_HIGH_OF_FEW);
}

let found: number | undefined;

/** Returns where this process has its stack, which stands behind all that the kernel chooses. */
function stackOfThis(): number {
  const line = /^([0-9a-f]+)-.*\[stack\]$/m;
  found ??= Number.parseInt(line.exec(readFileSync('/proc/self/maps', 'utf8'))?.[1] ?? '0', 16);
  return found;
}
/** HEAP_MAX_SIZE of glibc on 64-bit machines: each heap of a thread arena is aligned to it. */
const ARENA_ALIGNMENT = 64 * 2 ** 20;
/** The advice that the kernel takes for a file mapping as well: MADV_DONTFORK, HUGEPAGE, NOHUGEPAGE, DONTDUMP. */
const ADVICE = (1 << 10) | (1 << 14) | (1 << 15) | (1 << 16);

const isPlainPrivate = ({ status, flags, protection, advice }: Mapping): boolean =>
  (status & STATUS.anonymousPrivate) !== 0 &&
  (flags & MAP.typeMask) === MAP.private &&
  (flags & (MAP.growsDown | MAP.locked | MAP.hugeTlb)) === 0 &&
  (protection & PROT.exec) === 0 &&
  (advice & ~ADVICE) === 0;

/** Returns addresses of mappings that belong to one reservation with executable memory: V8's code range. */
export function besideCode(mappings: readonly Mapping[]): Set<number> {
  const beside = new Set<number>();
  let run: Mapping[] = [];
  const close = () => {
    if (run.some(({ protection }) => protection & PROT.exec)) for (const { start } of run) beside.add(start);
    run = [];
  };
  for (const mapping of mappings) {
    if (run.length > 0 && (run.at(-1) as Mapping).end !== mapping.start) close();
    run.push(mapping);
  }
  close();
  return beside;
}

/**
 * @param firstWords the first four 64-bit words of the mapping, which tell a heap of glibc's thread arenas
 * @returns nothing for memory that must stay plain
 */
export function kindOf(
  mapping: Mapping,
  process: Process,
  beside: ReadonlySet<number>,
  firstWords: () => BigUint64Array | undefined,
): Kind | undefined {
  if (!isPlainPrivate(mapping)) return undefined;
  const { start, end } = mapping;
  if (mapping.status & STATUS.heap) return process.hasGlibc ? 'main-arena' : undefined;
  if (isInV8Range(start, end))
    return process.isNode && process.discardIsSafe && !beside.has(start) ? 'v8' : undefined;
  if (process.hasGlibc && start % ARENA_ALIGNMENT === 0 && isArenaHeap(end - start, firstWords()))
    return 'thread-arena';
  return undefined;
}

/** Recognises glibc's heap_info: arena, previous heap, size, size that was ever made writable. */
function isArenaHeap(length: number, words: BigUint64Array | undefined): boolean {
  if (!words) return false;
  const [arena = 0n, previous = 0n, size = 0n, writable = 0n] = words;
  const inHeap = (address: bigint) => address % BigInt(ARENA_ALIGNMENT) < 4096n;
  return (
    writable === BigInt(length) &&
    size > 0n &&
    size <= writable &&
    arena !== 0n &&
    inHeap(arena) &&
    previous % BigInt(ARENA_ALIGNMENT) === 0n
  );
}
