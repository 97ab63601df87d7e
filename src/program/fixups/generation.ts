/**
 * The generation page as a thread reads it: it knows which copy of the program it runs in, at the cost of reading
 * memory (native/generation.h).
 */
export interface Generation {
  /** The number of this run or this restore: changes with the first instruction after a restore. */
  readonly copy: number;
  /** The memory behind `copy`, its first element: for the one reader to whom a getter is too slow. */
  readonly cells: Float64Array;
  /** The PID of the process that is checkpointed. */
  readonly program: number;
  /** The PID of this process where it is a child of that one, in a copy whose engine gives it one of its own; else 0. */
  readonly member: number;
  /** The record directory. */
  readonly record: string;
  /** The difference between `process.pid` and the kernel's number; 0 unless a restore was asked for an alias. */
  readonly pidOffset: number;
}

const COPY = 0;
const PROGRAM = 2;
const RECORD = 24;
const MEMBER = 4096 - 24;
const PID_OFFSET = 4096 - 8;

/** @param page the memory that native/addon/memory.c has mapped */
export function generationOf(page: ArrayBuffer): Generation {
  const numbers = new Float64Array(page, 0, RECORD / 8);
  const members = new Float64Array(page, MEMBER, 1);
  const offsets = new Float64Array(page, PID_OFFSET, 1);
  return {
    cells: numbers,
    get copy() {
      return numbers[COPY] as number;
    },
    get program() {
      return numbers[PROGRAM] as number;
    },
    get member() {
      return members[0] as number;
    },
    get pidOffset() {
      return offsets[0] as number;
    },
    get record() {
      const bytes = Buffer.from(page, RECORD);
      return bytes.toString('utf8', 0, bytes.indexOf(0));
    },
  };
}

/**
 * Draws wholly in one copy: what was begun before a dump and ended after the restore would be the same in all copies,
 * so it is drawn again.
 * @param renew called when the copy is another than at the last draw
 */
export function drawInOneCopy<T>(
  generation: Generation,
  known: { copy: number },
  renew: () => void,
  draw: () => T,
): T {
  for (;;) {
    const { copy } = generation;
    if (copy !== known.copy) {
      renew();
      known.copy = copy;
    }
    const value = draw();
    if (generation.copy === copy) return value;
  }
}
