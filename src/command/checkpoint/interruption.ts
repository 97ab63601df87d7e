import { constants } from 'node:os';
import { CommandError } from '../base/command-error.ts';
import { type Interrupt, onInterrupt } from '../base/interrupt.ts';

/**
 * The signals to this process, which are only noted from here on: an engine that is stopped half-way leaves the program
 * with foreign code in it. What the engine has made is thrown away instead.
 */
export class Interruption {
  #by: Interrupt | undefined;
  readonly end = onInterrupt((signal) => {
    if (this.#by === undefined)
      process.stderr.write(
        `crac: ${signal}: the checkpoint is given up as soon as the engine has let go of the program\n`,
      );
    this.#by ??= signal;
  });

  get came(): boolean {
    return this.#by !== undefined;
  }

  /** @throws CommandError if a signal has come */
  check(): void {
    if (this.#by === undefined) return;
    throw new CommandError(
      `the checkpoint was interrupted by ${this.#by}; no image was made, the program goes on`,
      128 + constants.signals[this.#by],
    );
  }
}
