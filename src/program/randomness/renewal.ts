import type { SerializedRandomness } from '../../shared/protocol/messages.ts';
import { mapFrame } from '../../shared/source-maps.ts';
import { type DerivedList, findDerived } from './derived.ts';
import { type Drawn, type DrawnMemory, mayBePool, memoryOf } from './drawn.ts';

/**
 * The number of bytes below which a string made of them is one token (made of up to 128 bytes), and not a supply that
 * ids are cut from.
 */
const SMALLEST_CUT = 256;

/**
 * A run of bytes of a piece of memory that are still as they were drawn, and that nobody is known to have used as they
 * are.
 */
interface Run {
  memory: ArrayBufferLike;
  start: number;
  end: number;
}

interface Plan {
  drawn: Drawn;
  memory: ArrayBufferLike | undefined;
  runs: Run[];
}

type Fill = (array: Uint8Array) => unknown;

/** The renewal of pools of random bytes, which are filled anew in each copy. */
export class Renewal {
  readonly #memory: DrawnMemory;
  #plans: Plan[] = [];
  #lists: DerivedList[] = [];

  constructor(memory: DrawnMemory) {
    this.#memory = memory;
  }

  /**
   * Lets go of memory before a collection of the garbage, which then shows what the program still has.
   * @returns false: nothing was drawn
   */
  letGo(): boolean {
    this.#memory.letGo();
    return !this.#memory.isEmpty;
  }

  /** Looks for copies of what has gone with the collection. */
  findDerived(): void {
    const gone = new Map<string, Drawn>();
    for (const drawn of this.#memory)
      if (memoryOf(drawn) === undefined && drawn.used.length === 0 && mayBePool(drawn.bytes.length))
        gone.set(whereOf(drawn), drawn);
    const { copies, lists } = findDerived([...gone.values()]);
    for (const { view, bytes, drawn } of copies) this.#memory.copied(view, bytes, drawn);
    this.#lists = lists;
  }

  /** Prepares the renewal, in the turn of the dump. */
  prepare(): void {
    this.#plans = this.#memory.isEmpty ? [] : [...this.#memory].map(planOf);
  }

  /** Fills pools anew in a copy, before anything else of the program. */
  renew(): void {
    const plans = this.#plans.filter(({ runs }) => runs.length > 0);
    this.#plans = [];
    if (plans.length === 0 && this.#lists.length === 0) return;
    const { randomFillSync } = require('node:crypto') as { randomFillSync: Fill };
    for (const { drawn, runs } of plans)
      for (const { memory, start, end } of runs) {
        const fresh = new Uint8Array(memory, start, end - start);
        this.#memory.silently(() => randomFillSync(fresh));
        drawn.bytes.set(fresh, start - drawn.start);
      }
    for (const { list, bytes } of this.#lists) this.#renewList(list.deref() ?? [], bytes, randomFillSync);
  }

  #renewList(list: number[], bytes: Uint8Array, fill: Fill): void {
    const fresh = new Uint8Array(bytes.length);
    this.#memory.silently(() => fill(fresh));
    for (let i = 0; i < bytes.length && i < list.length; i++)
      if (list[i] === bytes[i]) list[i] = bytes[i] = fresh[i] as number;
  }

  /** Lists what would be done, for a reader; what is gone is said once for each place. */
  rows(): SerializedRandomness[] {
    const plans = [...this.#memory].map(planOf);
    const places = new Map<string, SerializedRandomness>();
    const rows: SerializedRandomness[] = [];
    for (const plan of plans) {
      const row = rowOf(plan);
      if (plan.memory !== undefined) rows.push(row);
      else if (row.bytes < SMALLEST_CUT) continue;
      places.set(row.place, row);
    }
    for (const { drawn, bytes } of this.#lists) rows.push(rowOfList(drawn, bytes));
    const living = new Set(rows.map(({ place }) => place));
    for (const row of places.values()) if (row.action === 'gone' && !living.has(row.place)) rows.push(row);
    return rows;
  }
}

function planOf(drawn: Drawn): Plan {
  const memory = memoryOf(drawn);
  // A buffer that was handed to another thread has no bytes here any more.
  const isThere = memory !== undefined && memory.byteLength >= drawn.start + drawn.bytes.length;
  return { drawn, memory, runs: isThere ? unusedRuns(drawn, memory) : [] };
}

function unusedRuns({ bytes, start, used }: Drawn, memory: ArrayBufferLike): Run[] {
  const now = new Uint8Array(memory, start, bytes.length);
  const keep = new Uint8Array(bytes.length);
  for (const part of used) keep.fill(1, Math.max(0, part.start - start), Math.max(0, part.end - start));
  const runs: Run[] = [];
  let from = -1;
  for (let i = 0; i <= bytes.length; i++) {
    const isFree = i < bytes.length && keep[i] === 0 && now[i] === bytes[i];
    if (isFree && from < 0) from = i;
    if (isFree || from < 0) continue;
    runs.push({ memory, start: start + from, end: start + i });
    from = -1;
  }
  return runs;
}

function rowOf({ drawn, memory, runs }: Plan): SerializedRandomness {
  const bytes = drawn.bytes.length;
  const renewed = runs.reduce((sum, { start, end }) => sum + end - start, 0);
  const shared = { bytes, renewed, by: drawn.by, place: whereOf(drawn) };
  const [used] = drawn.used;
  const how = used && (used.as === 'keepRandom' ? 'by keepRandom()' : `it was given to ${used.as}()`);
  if (memory === undefined) return { ...shared, action: used ? 'kept' : 'gone', why: how ?? GONE };
  if (renewed === 0)
    return { ...shared, action: 'kept', why: how ?? 'the program has written other bytes there' };
  const rest =
    renewed < bytes ? `; ${bytes - renewed} bytes stay: ${how ?? 'the program has changed them'}` : '';
  return { ...shared, action: 'renewed', why: `${reasonOf(drawn)}${rest}` };
}

const rowOfList = (drawn: Drawn, bytes: Uint8Array): SerializedRandomness => ({
  bytes: bytes.length,
  renewed: bytes.length,
  by: drawn.by,
  place: whereOf(drawn),
  action: 'renewed',
  why: 'a list of numbers that was made of it',
});

const GONE = 'what was made of it (a string, a list) is the same in all copies';

function reasonOf({ fills, elementSize, bytes }: Drawn): string {
  if (fills > 1) return 'it is filled again and again';
  if (elementSize > 1) return `an array of numbers of ${8 * elementSize} bits`;
  return `larger than a key: ${bytes.length} bytes`;
}

/** Names the application's place: Node's own frames say nothing to the reader. */
function whereOf({ place }: Drawn): string {
  const frames = (place.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const frame = frames.find((line) => !/\bnode:/.test(line) && !line.includes(__filename));
  return frame === undefined ? 'Node itself' : mapFrame(frame).trim().replace(/^at /, '');
}
