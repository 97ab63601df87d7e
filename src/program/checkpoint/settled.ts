import type { Verdict } from '../descriptors/verdict.ts';

const { now: wallClock } = Date;

/**
 * The time in milliseconds in which a file is closed that is being written just now, such as a cache of compiled code.
 */
const BRIEFLY = 1000;
const STEP = 50;

// A program's fake timers must not hold up a checkpoint.
const { setTimeout } = globalThis;

/** Takes the census again as long as it fails only for files that may be open for a moment. */
export async function settled(look: () => Verdict[]): Promise<Verdict[]> {
  for (const end = wallClock() + BRIEFLY; ; ) {
    const verdicts = look();
    const mayPass = verdicts.some(
      ({ owner, descriptor: { kind, process } }) =>
        owner === 'error' && kind === 'regular' && (!process || process.isMember),
    );
    if (!mayPass || wallClock() > end) return verdicts;
    await new Promise((resolve) => setTimeout(resolve, STEP));
  }
}
