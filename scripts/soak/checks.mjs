import { readdirSync, readlinkSync } from 'node:fs';

export function expect(what, got, expected) {
  if (got !== expected) throw new Error(`${what}: ${got}, and not ${expected}`);
}

function between(what, from, got, to) {
  if (!(got >= from && got <= to)) throw new Error(`${what}: ${got}, and not between ${from} and ${to}`);
}

/** How many values are kept at least: a soak of days needs no more memory than one of an hour. */
const KEPT = 400_000;

/** No two copies draw the same. */
export class Unique {
  #now = new Set();
  #before = new Set();

  add(values) {
    for (const value of values) {
      if (this.#now.has(value) || this.#before.has(value)) throw new Error(`${value} was drawn twice`);
      this.#now.add(value);
    }
    if (this.#now.size < KEPT) return;
    this.#before = this.#now;
    this.#now = new Set();
  }
}

/** Clocks differ by that much in how they are rounded. */
const ROUNDED = 1;

/**
 * The monotonic clock of a program: it goes on after a restore, by no more than has passed here while the program was
 * there.
 */
export class Clock {
  #program = 0;
  #here = Number.NEGATIVE_INFINITY;
  #lasted = 0;

  /** `from`: when what gave this answer was asked or started. */
  see({ clock, wall }, from) {
    const here = performance.now();
    between('its monotonic clock', this.#program, clock, this.#program + here - this.#here + ROUNDED);
    const now = Date.now();
    between('its time of day', now - (here - from) - ROUNDED, wall, now + ROUNDED);
    this.#program = clock;
    this.#here = from; // it was read no earlier
  }

  /** The clock of a program that is restored here and now, and stood still for that long. */
  restored() {
    const copy = new Clock();
    copy.#program = this.#program;
    copy.#here = performance.now() - this.#lasted;
    return copy;
  }

  /** It is no more: what it may have run since the last answer. */
  stopped() {
    this.#lasted = performance.now() - this.#here;
  }
}

/** Where a link leads; undefined where its process or descriptor has gone. */
export function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** The processes that work in a directory, as all that the soak starts do. */
export const processesIn = (directory) =>
  readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && linkOf(`/proc/${name}/cwd`)?.startsWith(directory),
  );

/** The numbers of the programs that have a record. */
export const records = (runtime) => readdirSync(runtime).filter((name) => /^\d/.test(name));
