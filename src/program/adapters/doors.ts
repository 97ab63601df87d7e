import { Gate } from './libraries/shared/gate.ts';

/** Milliseconds in which a checkpoint must find a moment without work in flight, where nothing else is said. */
export const DEFAULT_LIMIT = 10_000;

/**
 * Where new work waits while a checkpoint lets what is in flight come to an end (docs/decisions/0015-held-work.md). What is
 * in flight may need more work of a lower kind to end, so a door is closed when nothing of a higher kind is in flight.
 */
export class Doors {
  /** For what only the program can end: a transaction. */
  readonly begin = new Gate();
  /** For what ends by itself: a query, a command, a request, a connection. */
  readonly ask = new Gate();
  /** For calls to other programs. Those that are held at the freeze each copy makes, as it goes on from there. */
  readonly call = new Gate();
  /** For what waits for others, perhaps for ever: it waits here until the program goes on, and so in each copy. */
  readonly wait = new Gate();
  /** Milliseconds that work in flight is given. */
  limit = DEFAULT_LIMIT;

  /** Before a freeze. */
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

  /** All that ends by itself. */
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
