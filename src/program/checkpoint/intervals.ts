import { livingWith } from '../randomness/living.ts';

// A program's fake timers must not be taken for these.
const { setTimeout, clearTimeout, setImmediate } = globalThis;

/** Node's own timer. */
interface Timer {
  _repeat: number | null;
  _onTimeout: ((...words: unknown[]) => void) | null;
  _timerArgs?: unknown[];
}

interface Held {
  timer: Timer;
  original: NonNullable<Timer['_onTimeout']>;
  standIn: NonNullable<Timer['_onTimeout']>;
  isDue: boolean;
}

/**
 * The intervals of the program, held back for a while: jobs that take as long as their interval would never leave a
 * moment between them. A tick that fell due meanwhile comes late, and once, as it does where the loop is busy.
 */
export class Intervals {
  #held: Held[] = [];

  /** Holds back the intervals; takes a collection of the garbage. */
  hold(): void {
    const some = setTimeout(() => {}, 0);
    clearTimeout(some);
    for (const timer of livingWith(Object.getPrototypeOf(some) as object) as Timer[]) {
      if (typeof timer._repeat !== 'number' || typeof timer._onTimeout !== 'function') continue;
      const held: Held = { timer, original: timer._onTimeout, standIn: () => {}, isDue: false };
      held.standIn = () => {
        held.isDue = true;
      };
      timer._onTimeout = held.standIn;
      this.#held.push(held);
    }
  }

  release(): void {
    for (const { timer, original, standIn, isDue } of this.#held.splice(0)) {
      if (timer._onTimeout !== standIn) continue; // the program has cleared the interval
      timer._onTimeout = original;
      if (isDue) setImmediate(() => timer._onTimeout === original && tick(timer));
    }
  }
}

const tick = (timer: Timer): void => {
  timer._onTimeout?.(...(timer._timerArgs ?? []));
};
