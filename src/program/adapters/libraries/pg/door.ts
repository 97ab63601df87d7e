import type { Doors } from '../../doors.ts';
import type { Gate } from '../shared/gate.ts';
import { BEGINS } from '../shared/session.ts';
import { type PgClient, queueOf } from './shapes.ts';

/** The gate that keeps queries in the client's own queue while a checkpoint waits for those that are under way. */
export class PgDoor {
  readonly #doors: Doors;
  readonly #isInTransaction: (client: PgClient) => boolean;
  readonly #waiting = new WeakSet<PgClient>();

  constructor(doors: Doors, isInTransaction: (client: PgClient) => boolean) {
    this.#doors = doors;
    this.#isInTransaction = isInTransaction;
  }

  /** Tells whether the client's next query must wait. */
  isClosedTo(client: PgClient): boolean {
    return this.#hold(client)?.isClosed ?? false;
  }

  #hold(client: PgClient): Gate | undefined {
    if (this.#doors.isOpen) return undefined;
    const [next] = queueOf(client);
    if (next === undefined || this.#isInTransaction(client)) return undefined;
    return BEGINS.test(next.text ?? '') ? this.#doors.begin : this.#doors.ask;
  }

  /**
   * Holds back the client's queries if the door is closed to it.
   * @param send gives the next query to the server
   */
  holds(client: PgClient, send: () => void): boolean {
    if (this.#waiting.has(client)) return true;
    const hold = this.#hold(client);
    if (!hold?.isClosed) return false;
    this.#waiting.add(client);
    hold.pass(() => {
      this.#waiting.delete(client);
      send();
    });
    return true;
  }
}
