import { setOrigin } from '../../shared/errors/brand.ts';
import { RestoreError, toError } from '../../shared/errors/classes.ts';
import type { AdapterResource } from '../adapters/adapter.ts';
import type { Runtime } from '../coordination/runtime.ts';
import type { Renewal } from '../randomness/renewal.ts';
import { runningWorkers } from './running-workers.ts';
import { holdWorkers, nobodyWaits } from './worker-copy.ts';

/** The first acts of this thread in a new copy of the process: random bytes of its own, then the program's `onCopy`. */
export class NewCopy {
  readonly #runtime: Runtime;
  readonly #renewal: Renewal;
  readonly #failures: Error[] = [];
  #letWorkersGo = nobodyWaits;

  constructor(runtime: Runtime, renewal: Renewal) {
    this.#runtime = runtime;
    this.#renewal = renewal;
  }

  /** The resource that tells of the callbacks that threw, with what the hooks throw. */
  readonly resource: AdapterResource = {
    name: 'onCopy',
    afterRestore: () => {
      const failures = this.takeFailures();
      if (failures.length > 0) throw new RestoreError(failures);
    },
  };

  /**
   * Prepares for a collection of the garbage.
   * @returns false where there is nothing that it would show
   */
  letGo(): boolean {
    return this.#renewal.letGo();
  }

  /**
   * Prepares the copy, in the turn of the dump.
   * @param attentive thread ids of Workers that are to stand still, too
   */
  prepare(attentive: number[] = []): void {
    this.#letWorkersGo = holdWorkers(attentive, runningWorkers().ids);
    this.prepareOwn();
  }

  /** Prepares this thread only: the main thread has told all Workers. */
  prepareOwn(): void {
    this.#renewal.prepare();
  }

  /** Lets Workers go: in a copy they go on with bytes of their own; where nothing has come of the dump, as before. */
  letWorkersGo(): void {
    this.#letWorkersGo();
    this.#letWorkersGo = nobodyWaits;
  }

  /** Enters a copy, before anything else of the program. */
  enter(): void {
    this.#renewal.renew();
    this.#failures.push(...callBack(this.#runtime));
  }

  takeFailures(): Error[] {
    return this.#failures.splice(0);
  }

  /** Looks for copies of what the collection has shown to be gone. */
  findDerived(): void {
    this.#renewal.findDerived();
  }

  rows(): ReturnType<Renewal['rows']> {
    return this.#renewal.rows();
  }
}

/** @returns what the callbacks threw */
export function callBack({ copyCallbacks }: Runtime): Error[] {
  const failures: Error[] = [];
  for (const { callback } of [...(copyCallbacks ?? [])]) {
    try {
      callback();
    } catch (thrown) {
      const error = toError(thrown);
      setOrigin(error, callback.name ? `onCopy(${callback.name})` : 'onCopy');
      failures.push(error);
    }
  }
  return failures;
}
