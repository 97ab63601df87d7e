import { writeSync } from 'node:fs';

/** The exit code of docs/exit-codes.md for: what the program has open is not as it was. */
const EXIT_CHANGED = 72;

/** Ends this copy before anything of the program runs in it. */
export function endCopy(reasons: readonly Error[]): never {
  writeSync(2, reasons.map(({ message }) => `crac: cannot restore: ${message}\n`).join(''));
  return (process as unknown as { reallyExit(code: number): never }).reallyExit(EXIT_CHANGED);
}

/**
 * Ends a copy that could not be put right: nobody waits for it who could be told, and it would stand there deaf, since
 * its door is closed.
 */
export const endSpoiled = (cause: Error): never =>
  endCopy([
    new Error(
      `the copy cannot be put right: ${cause.message}.\nWhat to do: mend what this names (a file, memory, a limit), and restore the image again`,
    ),
  ]);
