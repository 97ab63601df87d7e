import { InFlightError } from '../../../../shared/errors/classes.ts';

const { now: wallClock } = Date;

// A program's fake timers must not hold up a checkpoint.
const { setTimeout } = globalThis;

const STEP = 5;

/** The time in milliseconds for a server to finish what we ask of it. */
export const FINISH = 5000;

/** The time in milliseconds for the same in one of several attempts to find a quiet moment. */
export const BRIEFLY = 250;

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Waits for a condition.
 * @returns whether it has come true in time
 */
export async function until(condition: () => boolean, milliseconds: number): Promise<boolean> {
  for (const end = wallClock() + milliseconds; !condition(); await sleep(STEP)) {
    if (wallClock() > end) return false;
  }
  return true;
}

/**
 * Waits for the work that is in flight now; what begins meanwhile is not waited for.
 * @param work each piece of work that is in flight, by an object of its own, with words for it
 * @param limit in milliseconds
 * @throws InFlightError naming what does not finish in time
 */
export async function finishCurrent(work: () => Map<object, string>, limit: number): Promise<void> {
  const first = work();
  const left = () => {
    const now = work();
    return [...first].filter(([piece]) => now.has(piece));
  };
  if (await until(() => left().length === 0, limit)) return;
  throw new InFlightError(
    left().map(([, words]) => words),
    { limit },
  );
}

/** Shortens a statement for a message. */
export const described = (text: string | undefined): string =>
  text === undefined ? 'a query' : JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
