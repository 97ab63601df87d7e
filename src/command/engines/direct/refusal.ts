import { CommandError, EXIT } from '../../base/command-error.ts';
import { named } from './named-error.ts';

/** The program's refusal to write itself; it goes on. */
export class NotWrittenError extends CommandError {
  /** The words of the native part. */
  readonly reason: string;

  constructor(reason: string, whatToDo: string, options?: ErrorOptions) {
    super(`${reason}\n${whatToDo}`, EXIT.failed, options);
    this.reason = reason;
  }
}

/** Says what helps against a refusal: the kernel's errors are about the place of the image or the machine. */
function whatHelps(reason: string): string {
  if (/: (?:ENOSPC|EDQUOT|EFBIG) \(/.test(reason))
    return 'The program goes on. Make room there, or take another directory: crac checkpoint PID --image DIR';
  if (/: [A-Z]+ \(/.test(reason))
    return 'The program goes on. Try again; `crac doctor` tells whether this machine or container forbids something';
  return 'The program goes on. Let go of it in beforeCheckpoint and take it up again in afterRestore, or start the program\nwith --engine criu, which carries other things (docs/engines.md)';
}

/** Makes the refusal of what only shows when all processes of the program stand still. */
export const refusal = (reason: string): NotWrittenError => new NotWrittenError(reason, whatHelps(reason));

/** @param said the message of the native part: `F` and the reason */
export const refused = (said: string): NotWrittenError => refusal(named(said.slice(1)));
