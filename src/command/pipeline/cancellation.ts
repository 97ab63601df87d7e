import { constants } from 'node:os';
import { CommandError } from '../base/command-error.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C: the step that is going on is given up, and everything that was started is ended. */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly #note: (signal: NodeJS.Signals) => void;

  /** @param what was interrupted, and how things are now */
  constructor(what = 'the build was', now = 'no image was made, nothing is left running') {
    this.#note = (signal) => {
      this.#controller.abort(
        new CommandError(`${what} interrupted by ${signal}; ${now}`, 128 + constants.signals[signal]),
      );
    };
    for (const signal of SIGNALS) process.on(signal, this.#note);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    for (const signal of SIGNALS) process.off(signal, this.#note);
  }
}
