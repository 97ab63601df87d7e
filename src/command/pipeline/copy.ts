import { setTimeout as pause } from 'node:timers/promises';
import { CommandError, EXIT } from '../base/command-error.ts';
import { type Client, NoAnswerError } from './client.ts';
import { restoreFailed } from './failures.ts';
import { after, Program, ProgramEnded } from './program.ts';
import { reachable } from './readiness.ts';
import { nameOf, type WarmRequest } from './requests.ts';

/** The time in milliseconds from a broken connection to the end of the process, at most. */
const END_SEEN = 500;

/** The time in milliseconds for a program that opens its port again after the restore. */
export const LISTENS_WITHIN = 5000;

/** The options by which a copy of an image is restored and watched. */
export interface CopyWanted {
  image: string;
  /** Further words for `crac restore`. */
  words?: string[];
  /** Receives every line that it prints. */
  output?: ((line: string) => void) | undefined;
  /** The signal of Ctrl-C. */
  signal: AbortSignal;
}

/**
 * Restores a copy, does some work with it, and ends it, whatever happens.
 *
 * @throws CommandError when it cannot be restored or ends; what `work` throws
 */
export async function withCopy<T>(
  { image, words = [], output, signal }: CopyWanted,
  work: (copy: Program, signal: AbortSignal) => Promise<T>,
  ended?: (error: ProgramEnded, copy: Program) => T | undefined,
): Promise<T> {
  const copy = Program.restore(image, words);
  if (output) copy.output.follow(output);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    return await copy.whileRunning(work(copy, either));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProgramEnded)) throw await unlessEnded(copy, error);
    const done = ended?.(error, copy);
    if (done !== undefined) return done;
    throw restoreFailed(copy, error.end);
  } finally {
    over.abort();
    // The copy is killed at once: an orderly end could take away what the next copy needs, such as a socket's or a
    // temporary file.
    await copy.kill();
  }
}

/** Prefers the program's end to a request without an answer, which may be the first that is seen of that end. */
async function unlessEnded(copy: Program, error: unknown): Promise<unknown> {
  if (!(error instanceof CommandError && error.cause instanceof NoAnswerError)) return error;
  await Promise.race([copy.ended, after(END_SEEN)]);
  return copy.end ? restoreFailed(copy, copy.end) : error;
}

/**
 * Asks until there is an answer: the port is there before the program runs.
 *
 * @param seconds longest time
 */
export async function firstAnswer(
  client: Client,
  probe: WarmRequest,
  copy: Program,
  seconds: number,
): Promise<void> {
  for (const until = Date.now() + seconds * 1000; ; await pause(1)) {
    try {
      await client.ask(probe);
      return;
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      if (Date.now() > until)
        throw new CommandError(
          `the restored program did not answer ${nameOf(probe)} within ${seconds} s: ${error.message}${copy.output.tail()}`,
          EXIT.image,
          { cause: error },
        );
    }
  }
}

/** Waits until `crac restore` has handed the copy over. */
export async function isRestored(copy: Program, seconds: number, signal: AbortSignal): Promise<void> {
  for (const until = Date.now() + seconds * 1000; !copy.isStarted; ) {
    if (Date.now() > until)
      throw new CommandError(
        `the image was not restored within ${seconds} s; what hangs is in the log of\n  crac restore IMAGE --engine-option=-v4${copy.output.tail()}`,
        EXIT.timeout,
      );
    await pause(2, undefined, { signal });
  }
}

/** Finds the address at which the copy can be asked; undefined for a program that listens on no port for so long. */
export async function originOf(
  copy: Program,
  seconds: number,
  signal: AbortSignal,
): Promise<URL | undefined> {
  await isRestored(copy, seconds, signal); // before, its sockets are the engine's
  for (const until = Date.now() + LISTENS_WITHIN; ; await pause(5, undefined, { signal })) {
    const origin = await reachable(copy, new Set());
    if (origin || Date.now() > until) return origin;
  }
}
