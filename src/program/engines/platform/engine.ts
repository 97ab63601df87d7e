import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import type { InsideEngine, Outcome, Standstill, Talk } from '../engine.ts';
import { PLATFORM_ABILITIES } from './abilities.ts';
import type { PlatformFixups } from './fixups.ts';
import type { Point } from './points/point.ts';

export const PLATFORM = 'platform';

/** The others of a process that decides alone. */
const ALONE = { allQuiet: async () => true, busy: () => {}, hold: () => true };

/**
 * The engine platform inside the program. Somebody else freezes the machine: this process lets go, waits at the
 * platform's own point, and takes hold again.
 */
export class Platform implements InsideEngine {
  readonly name = PLATFORM;
  readonly abilities = PLATFORM_ABILITIES;
  readonly keepsUnixSockets = true;
  readonly fixups: PlatformFixups;
  readonly #pointFor: (talk: Talk, own: Standstill) => Point;
  #point: Point | undefined;

  /**
   * @param pointFor makes the place where the platform stops this process, in a cycle that somebody has begun by `talk`
   */
  constructor(fixups: PlatformFixups, pointFor: (talk: Talk, own: Standstill) => Point) {
    this.fixups = fixups;
    this.#pointFor = pointFor;
  }

  async dump(request: CheckpointRequest, talk: Talk, own: Standstill): Promise<Outcome> {
    const { fixups } = this;
    const point = this.#pointFor(talk, own);
    await own.collect(talk, request.collect ?? 'all');
    await point.ready();
    this.#point = point;
    await fixups.findWorkers();
    let end = (): void => {};
    const begin = () => {
      end = own.beforeFreeze();
    };
    try {
      if ('stand' in point)
        return await own.quiesce(request, ALONE, () => {
          begin();
          return own.wake(point.stand());
        });
      await own.quiesce(request, ALONE, () => {
        begin();
        return true;
      });
      return own.wake(await point.wait());
    } finally {
      fixups.release();
      end();
      point.over?.();
    }
  }

  concluded(error?: unknown): void {
    this.#point?.concluded?.(error);
    this.#point = undefined;
  }
}
