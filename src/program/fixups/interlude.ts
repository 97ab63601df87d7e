import type { Addon } from '../../shared/addon.ts';
import { forgetPauses, notePause } from './delay-histograms.ts';
import type { Generation } from './generation.ts';

/**
 * The time of this thread that a checkpoint takes. It is no load of the program, which may shed load by what it
 * measures: event loop delay, event loop utilization, CPU time.
 */
export class Interlude {
  readonly #generation: Pick<Generation, 'copy'>;
  readonly #addon: Pick<Addon, 'countAsIdle'> | undefined;
  readonly #lookAtUsage: () => void;
  #before: ReturnType<typeof performance.eventLoopUtilization> | undefined;

  /** @param lookAtUsage what carryUsageOn returns */
  constructor(
    generation: Pick<Generation, 'copy'>,
    addon?: Pick<Addon, 'countAsIdle'>,
    lookAtUsage = () => {},
  ) {
    this.#generation = generation;
    this.#addon = addon;
    this.#lookAtUsage = lookAtUsage;
  }

  begin(): void {
    forgetPauses(this.#generation);
    this.#lookAtUsage();
    this.#before = performance.eventLoopUtilization();
  }

  end(): void {
    const { active } = performance.eventLoopUtilization(this.#before);
    this.#addon?.countAsIdle(active * 1e6);
    notePause();
  }
}
