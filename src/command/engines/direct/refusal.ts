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

const REMEDIES: [RegExp, string][] = [
  [
    /: EAGAIN \(/,
    "allow more processes and threads (the container's limit of PIDs, ulimit -u, kernel.threads-max)",
  ],
  [
    /: ENOMEM \(/,
    "give it more memory (the container's limit, ulimit -v, vm.max_map_count, vm.overcommit_memory)",
  ],
];

/** Says what helps against an error of the kernel's that has one usual cause, as native/engines/direct/error-text.h does. */
export const remedy = (reason: string): string | undefined =>
  REMEDIES.find(([error]) => error.test(reason))?.[1];

/** Says what helps against a refusal: the kernel's errors are about the place of the image or the machine. */
function whatHelps(reason: string): string {
  if (/: (?:ENOSPC|EDQUOT|EFBIG) \(/.test(reason))
    return 'The program goes on. Make room there, or take another directory: crac checkpoint PID --image DIR';
  const known = remedy(reason);
  if (known) return `The program goes on. To make an image ${known}`;
  if (/: [A-Z]+ \(/.test(reason))
    return 'The program goes on. Try again; `crac doctor` tells whether this machine or container forbids something';
  return 'The program goes on. Let go of it in beforeCheckpoint and take it up again in afterRestore, or start the program\nwith --engine criu, which carries other things (docs/engines.md)';
}

/** Makes the refusal of what only shows when all processes of the program stand still. */
export const refusal = (reason: string): NotWrittenError => new NotWrittenError(reason, whatHelps(reason));

/** @param said the message of the native part: `F` and the reason */
export const refused = (said: string): NotWrittenError => refusal(named(said.slice(1)));
