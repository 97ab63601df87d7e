import { CracError } from '../errors/classes.ts';

/** Work with a server that the dump would cut off does not come to an end. */
export class InFlightError extends CracError {
  /** @param work in words, with what to do about it */
  constructor(work: readonly string[]) {
    super(
      `work is in flight that the dump would cut off: ${work.join('; ')}. Finish or stop it in beforeCheckpoint, or ask for the checkpoint when there is less to do.`,
      { code: 'ERR_CRAC_IN_FLIGHT' },
    );
    this.name = 'InFlightError';
  }
}
