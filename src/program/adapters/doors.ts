import { Gate } from './libraries/shared/gate.ts';

/** The default time in milliseconds in which a checkpoint must find a moment without work in flight. */
export const DEFAULT_LIMIT = 10_000;

/**
 * The gates at which new work waits while work in flight comes to an end (docs/decisions/0015-held-work.md). Work in
 * flight may need more work of a lower kind to end, so a gate is closed when nothing of a higher kind is in flight.
 */
export class Doors {
  /** The gate for work that only the program can end: a transaction. */
  readonly begin = new Gate();
  /** The gate for work that ends by itself: a query, a command, a request, a connection. */
  readonly ask = new Gate();
  /** The gate for calls to other programs. A call that is held at the freeze is made by each copy as it goes on. */
  readonly call = new Gate();
  /**
   * The gate for work that waits for others, perhaps for ever: it waits here until the program goes on, and so in each
   * copy.
   */
  readonly wait = new Gate();
  /** The time in milliseconds that work in flight is given. */
  limit = DEFAULT_LIMIT;

  /** Closes the gates for work that ends by itself; the last step before a freeze. */
  closeAsk(): void {
    this.ask.close();
    this.call.close();
    this.wait.close();
  }

  open(): void {
    this.ask.open();
    this.begin.open();
    this.call.open();
    this.wait.open();
  }

  /** Lets everything through that ends by itself. */
  letAsksThrough(): void {
    this.ask.letThrough();
    this.call.letThrough();
  }

  letThrough(): void {
    this.ask.letThrough();
    this.begin.letThrough();
  }

  get isOpen(): boolean {
    return !this.ask.isClosed && !this.begin.isClosed;
  }

  get held(): number {
    return this.ask.size + this.begin.size;
  }
}
