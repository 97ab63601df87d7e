/** Holds back new work from the last look before a freeze until the program goes on. */
export class Hold {
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  get isClosed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
  }

  open(): void {
    this.#closed = false;
    for (const work of this.#waiting.splice(0)) work();
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
