/** Where new work waits while it is closed, in the order in which it was asked for. */
export class Gate {
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  get isClosed(): boolean {
    return this.#closed;
  }

  /** How many pieces wait. */
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

  /** Lets all go that wait now; what is asked for from here on waits. */
  letThrough(): void {
    for (const work of this.#waiting.splice(0)) begin(work);
  }

  /** Lets the oldest go; the others go on to wait. */
  release(): void {
    const work = this.#waiting.shift();
    if (work) begin(work);
  }

  /** At once, or when it is opened. */
  pass(work: () => void): void {
    if (this.#closed) this.#waiting.push(work);
    else work();
  }

  /** For work that gives a promise. */
  async passed<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#closed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return work();
  }
}

/** What one throws must not lose the others: it is the program's, as if nothing had waited. */
function begin(work: () => void): void {
  try {
    work();
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}

/** What one connection is asked for: once something waits, all that comes after it waits behind it. */
export class InOrder {
  readonly #waiting: (() => void)[] = [];

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * @param gate that is closed for this work; undefined if it may go
   * @param work for later
   * @returns false if it is to go now
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
