import { setTimeout as pause } from 'node:timers/promises';
import { NoAnswerError } from './client.ts';
import type { BuildPlace } from './place.ts';
import { after, type Program, ProgramEnded } from './program.ts';

/** The error by which work ends when the program has called `checkpointRestore()`: there is an image already. */
export class OwnCheckpoint extends Error {
  override name = 'OwnCheckpoint';
}

const LOOK_EVERY = 20;

/** The time in milliseconds from a broken connection to the end of the process, at most. */
const END_SEEN = 500;

/**
 * Does some work with a program that may make its own checkpoint, or end, at any time.
 *
 * @param work is given up by its signal when it is not needed any more
 * @throws OwnCheckpoint; ProgramEnded without an image; what `work` throws
 */
export async function unlessOwnCheckpoint<T>(
  program: Program,
  place: BuildPlace,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  try {
    return await program.whileRunning(Promise.race([work(either), imageAppears(place, over.signal)]));
  } catch (error) {
    const reason = error instanceof NoAnswerError ? ((await endOf(program, place)) ?? error) : error;
    if (reason instanceof ProgramEnded && place.hasImage) throw new OwnCheckpoint();
    throw reason;
  } finally {
    over.abort();
  }
}

/**
 * Waits for the end of a program after a request without an answer, which may be the first that is seen of it, or of a
 * checkpoint that it asked for.
 */
async function endOf(program: Program, place: BuildPlace): Promise<ProgramEnded | undefined> {
  await ownCheckpointEnds(place);
  await Promise.race([program.ended, after(END_SEEN)]);
  return program.end && new ProgramEnded(program.end);
}

/** Waits for an image: with `leaveRunning` the program does not end by a checkpoint. */
async function imageAppears(place: BuildPlace, over: AbortSignal): Promise<never> {
  while (!place.hasImage) await pause(LOOK_EVERY, undefined, { signal: over });
  throw new OwnCheckpoint();
}

/** Waits for a checkpoint of the program's own that is going on: its process would write after we have cleaned up. */
export async function ownCheckpointEnds(place: BuildPlace): Promise<void> {
  for (const until = Date.now() + 60_000; (await place.isBeingWritten()) && Date.now() < until; )
    await pause(LOOK_EVERY);
}
