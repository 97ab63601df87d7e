import type { Addon } from '../../../shared/addon.ts';
import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import { dumpTogether } from '../../checkpoint/dump-together.ts';
import type { Fixups, InsideEngine, Outcome, Standstill, Talk } from '../engine.ts';
import { CRIU_ABILITIES } from './abilities.ts';
import { freeze, untilReleased } from './freeze.ts';

/** The engine criu inside the program: CRIU dumps the process from outside, while it waits in one system call. */
export class Criu implements InsideEngine {
  readonly name = 'criu';
  readonly abilities = CRIU_ABILITIES;
  readonly fixups: Fixups;
  readonly #addon: Addon;

  constructor(fixups: Fixups, addon: Addon) {
    this.fixups = fixups;
    this.#addon = addon;
  }

  dump(request: CheckpointRequest, talk: Talk, own: Standstill): Promise<Outcome> {
    const addon = this.#addon;
    return dumpTogether(
      { request, talk, own, addon, fixups: this.fixups },
      (standing) => freeze({ addon, ...standing }),
      untilReleased.bind(undefined, addon),
    );
  }
}
