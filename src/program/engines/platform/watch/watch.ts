import { Clocks } from './clocks.ts';
import { generationSource } from './generation.ts';

/** Milliseconds between two looks: a hundred microseconds of each second, and the first thing that a clone does. */
const LOOK_EVERY = 20;

// A program's fake timers must not stop this one.
const { setInterval } = globalThis;

/**
 * The last line of defence: the machine was copied while the program ran, and nobody has called its hooks. What tells
 * it is the machine's generation, where the kernel shows it, or clocks that have come apart.
 */
export function watchForClones(inCopy: () => void, environment = process.env): void {
  if (environment.CRAC_CLONE_WATCH === 'off') return;
  const clocks = new Clocks();
  const generation = generationSource();
  let hasSaid = false;
  setInterval(() => {
    const why =
      clocks.look() ?? (generation?.hasChanged() ? 'the machine has another generation' : undefined);
    if (why === undefined) return;
    inCopy();
    clocks.restart();
    if (hasSaid) return;
    hasSaid = true;
    process.stderr.write(
      `crac: this machine was copied or has stood still, and nobody called the hooks (${why}): random numbers are new now. ` +
        'Have your platform call `crac notify`, or switch this off with CRAC_CLONE_WATCH=off (docs/platforms.md)\n',
    );
  }, LOOK_EVERY).unref();
}
