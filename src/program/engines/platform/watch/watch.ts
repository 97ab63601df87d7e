import { Clocks } from './clocks.ts';
import { generationSource } from './generation.ts';

/**
 * The time in milliseconds between two looks: a hundred microseconds of each second, and the first thing that a clone
 * does.
 */
const LOOK_EVERY = 20;

// A program's fake timers must not stop this one.
const { setInterval } = globalThis;

/**
 * Watches for a machine that was copied while the program ran, without a call of its hooks: the last line of defence.
 * The machine's generation tells it, where the kernel shows it, or clocks that have come apart.
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
