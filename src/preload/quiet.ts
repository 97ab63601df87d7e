import { HttpRequests } from '../adapters/http-requests.ts';
import { InFlightError } from '../adapters/in-flight-error.ts';
import type { Adapters } from '../adapters/registry.ts';
import type { Mending } from './mending.ts';

/** Under a light load one of the first attempts finds a gap between two requests. */
const ATTEMPTS = 20;

/** Finds the moment for the dump: nothing that it would cut is in flight. */
export class Quiet {
  readonly #requests = new HttpRequests();
  readonly #adapters: Adapters;
  readonly #mending: Pick<Mending, 'deliverDrawn' | 'openGate'>;

  constructor(adapters: Adapters, mending: Pick<Mending, 'deliverDrawn' | 'openGate'>) {
    this.#adapters = adapters;
    this.#mending = mending;
  }

  /**
   * Settles in the turn in which to freeze: no promise may be awaited in between.
   * @param askedByProgram as in HttpRequests.settled
   * @throws InFlightError if a database's or queue's client is busy all the time
   */
  async reach(askedByProgram: boolean): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.#requests.settled(askedByProgram);
      const { count } = this.#requests; // of those, none waits for what adapters hold back
      await this.#adapters.beforeFreeze();
      await this.#mending.deliverDrawn();
      const inFlight = this.#adapters.inFlight();
      if (inFlight.length === 0 && (attempt === ATTEMPTS || this.#requests.count <= count)) return;
      if (attempt === ATTEMPTS) throw new InFlightError(inFlight);
      this.#adapters.reopen();
      this.#mending.openGate();
    }
  }
}
