import { HttpRequests } from '../adapters/http-requests.ts';
import { Http2Streams } from '../adapters/http2-streams.ts';
import type { Adapters } from '../adapters/registry.ts';
import { InFlightError } from '../errors/classes.ts';
import type { Mending } from './mending.ts';

/** Milliseconds in which to find a moment when nothing is in flight; under a light load the first attempts do. */
const LIMIT = 5000;

// A program's fake timers must not hold up a checkpoint.
const { setImmediate } = globalThis;

/** What other processes say to a moment that is quiet here. */
export interface Others {
  /** Comes back when they are quiet, too; false if one of them needs another attempt first. */
  allQuiet(): Promise<boolean>;
  /** Here something is in flight again. */
  busy(): void;
  /** Blocks until all stand still with this process; false if one cannot. */
  hold(): boolean;
}

/** Finds the moment for the dump: nothing that it would cut is in flight. */
export class Quiet {
  readonly #requests = new HttpRequests(new Http2Streams());
  readonly #adapters: Adapters;
  readonly #mending: Pick<Mending, 'deliverDrawn' | 'openGate'>;

  constructor(adapters: Adapters, mending: Pick<Mending, 'deliverDrawn' | 'openGate'>) {
    this.#adapters = adapters;
    this.#mending = mending;
  }

  /**
   * @param askedByProgram as in HttpRequests.settled
   * @param others asked each time
   * @param freeze called when nothing is in flight and connections are closed, with nothing of the program in between
   * @returns what `freeze` does
   * @throws InFlightError if a database's or queue's client is busy all the time
   */
  async during<T>(askedByProgram: boolean, others: Others, freeze: () => T): Promise<T> {
    for (const end = Date.now() + LIMIT; ; ) {
      await this.#requests.settled(askedByProgram);
      const { count } = this.#requests; // those that are not waited for
      await this.#adapters.beforeFreeze();
      await this.#mending.deliverDrawn();
      const together = await others.allQuiet();
      const frozen = await inTurnOfItsOwn(() => {
        if (!together) return undefined;
        const isLast = Date.now() > end;
        const inFlight = this.#adapters.inFlight();
        if (inFlight.length > 0 && isLast) throw new InFlightError(inFlight);
        if (inFlight.length > 0 || (this.#requests.count > count && !isLast)) {
          others.busy();
          return undefined;
        }
        if (!others.hold()) return undefined;
        this.#adapters.letGo();
        return { result: freeze() };
      });
      if (frozen) return frozen.result;
      this.#adapters.reopen();
      this.#mending.openGate();
    }
  }
}

/** Not from a promise: what the program does at once when its own promises are settled is done before. */
const inTurnOfItsOwn = <T>(action: () => T): Promise<T> =>
  new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(action());
      } catch (error) {
        reject(error);
      }
    });
  });
