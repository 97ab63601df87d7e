import { constants } from 'node:os';
import { CommandError } from '../base/command-error.ts';
import { onInterrupt } from '../base/interrupt.ts';

/** The cancellation by Ctrl-C: the step that is going on is given up, and everything that was started is ended. */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly end: () => void;

  /** @param what was interrupted, and how things are now */
  constructor(what = 'the build was', now = 'no image was made, nothing is left running') {
    this.end = onInterrupt((signal) => {
      this.#controller.abort(
        new CommandError(`${what} interrupted by ${signal}; ${now}`, 128 + constants.signals[signal]),
      );
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }
}
