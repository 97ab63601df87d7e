/** A gate at which new work waits while it is closed, in the order in which it was asked for. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The number of pieces of work that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  close(): void {
    this.#closed = true;
  }

  open(): void {
    this.#closed = false;
    this.letThrough();
  }

  /** Lets all work go that waits now; what is asked for from here on waits. */
  letThrough(): void {
    for (const work of this.#waiting.splice(0)) begin(work);
  }

  /** Lets the oldest piece of work go; the others go on waiting. */
  release(): void {
    const work = this.#waiting.shift();
    if (work) begin(work);
  }

  /** Begins the work at once, or when the gate is opened. */
  pass(work: () => void): void {
    if (this.#closed) this.#waiting.push(work);
    else work();
  }

  /** Does the same as `pass` for work that gives a promise. */
  async passed<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#closed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return work();
  }
}

/**
 * Begins a piece of work. An error that it throws must not lose the others: it is the program's, as if nothing had
 * waited.
 */
function begin(work: () => void): void {
  try {
    work();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}

/** The order of what one connection is asked for: once something waits, all that comes after it waits behind it. */
export class InOrder {
  readonly #waiting: (() => void)[] = [];

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Makes work wait for its turn.
   * @param gate the gate that is closed for this work; undefined if the work may go
   * @param work what is done later
   * @returns false if the work is to be done now
   */
  waits(gate: Gate | undefined, work: () => void): boolean {
    if (this.#waiting.push(work) > 1) return true;
    if (gate?.isClosed) {
      gate.pass(() => {
        for (const each of this.#waiting.splice(0)) begin(each);
      });
      return true;
    }
    this.#waiting.pop();
    return false;
  }
}
