import { version } from 'node:os';

/** Milliseconds that the wall clock gains on the other one between two looks: nobody slews it that fast. */
const APART = 100;
/**
 * Milliseconds within which both clocks are read; else somebody else had the processor in between, and they say
 * nothing.
 */
const AT_ONCE = 5;
/** Milliseconds of a standstill that no program makes by itself: in gVisor both clocks go on over a restore. */
const STOOD_STILL = 250;
/** The share of that time for which a program that was only held up would have used the processor. */
const USED = 0.2;

/** The kernel's version in every sandbox of gVisor, whatever gVisor's own. */
const GVISOR = '#1 SMP Sun Jan 10 15:06:54 PST 2016';

interface Times {
  wall: number;
  monotonic: number;
}

export interface Sources {
  wall(): number;
  monotonic(): number;
  /** Returns the milliseconds of the processor's time. */
  used(): number;
  isGvisor: boolean;
}

const OWN: () => Sources = () => ({
  wall: Date.now,
  monotonic: () => Number(process.hrtime.bigint() / 1000n) / 1000,
  used() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  isGvisor: version() === GVISOR,
});

/**
 * The clocks that tell whether time has passed as it does in a program that runs. Asked often; costs less than a
 * microsecond.
 */
export class Clocks {
  readonly #sources: Sources;
  #last: Times | undefined;
  #used = 0;

  constructor(sources = OWN()) {
    this.#sources = sources;
    this.restart();
  }

  restart(): void {
    this.#last = this.#read();
    if (this.#sources.isGvisor) this.#used = this.#sources.used();
  }

  /** @returns in words what has happened since the last look; undefined: nothing */
  look(): string | undefined {
    const now = this.#read();
    if (now === undefined) return undefined;
    const before = this.#last;
    this.#last = now;
    if (before === undefined) return undefined;
    const passed = now.monotonic - before.monotonic;
    const ahead = now.wall - before.wall - passed;
    if (Math.abs(ahead) > APART) return `the clocks are ${Math.round(Math.abs(ahead))} ms apart`;
    return this.#sources.isGvisor ? this.#standstill(passed) : undefined;
  }

  #standstill(passed: number): string | undefined {
    const used = this.#sources.used();
    const own = used - this.#used;
    this.#used = used;
    if (passed < STOOD_STILL || own > passed * USED) return undefined;
    return `it stood still for ${Math.round(passed)} ms`;
  }

  #read(): Times | undefined {
    const { wall, monotonic } = this.#sources;
    const before = monotonic();
    const times = { wall: wall(), monotonic: monotonic() };
    return times.monotonic - before < AT_ONCE ? times : undefined;
  }
}
