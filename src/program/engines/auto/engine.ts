import { closeSync } from 'node:fs';
import type { Addon } from '../../../shared/addon.ts';
import type { EngineName } from '../../../shared/protocol/engines.ts';
import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import { dumpTogether } from '../../checkpoint/dump-together.ts';
import { CRIU_ABILITIES } from '../criu/abilities.ts';
import { freeze, untilReleased } from '../criu/freeze.ts';
import { DIRECT_ABILITIES } from '../direct/abilities.ts';
import { askApart } from '../direct/ask-apart.ts';
import { DirectStand } from '../direct/engine.ts';
import type { Fixups, InsideEngine, Outcome, Standstill, Talk } from '../engine.ts';

/** Started so that both engines can dump it; the agent chooses one at each checkpoint. A copy has its image's engine. */
export class Auto implements InsideEngine {
  readonly name = 'auto';
  readonly abilities = CRIU_ABILITIES;
  readonly choices = { criu: CRIU_ABILITIES, direct: DIRECT_ABILITIES };
  readonly fixups: Fixups;
  readonly #addon: Addon;
  /** The engine that makes, or has made, the image. */
  #by: EngineName = 'criu';
  /** Restored by `direct`: nothing stands around this process any more. */
  #isAlone = false;

  constructor(fixups: Fixups, addon: Addon) {
    this.fixups = fixups;
    this.#addon = addon;
  }

  get ask(): InsideEngine['ask'] {
    return this.#isAlone ? (record, request) => askApart(this.#addon, record, request) : undefined;
  }

  async dump(request: CheckpointRequest, talk: Talk, own: Standstill): Promise<Outcome> {
    const addon = this.#addon;
    this.#by = talk.together?.engine ?? request.engine;
    const direct = new DirectStand(addon, request, own);
    const outcome = await dumpTogether(
      { request, talk, own, addon, fixups: this.fixups },
      (standing) => {
        const forCriu = (last: () => void) => {
          this.#by = 'criu';
          return freeze({ addon, ...standing, last });
        };
        if (this.#by !== 'direct') return forCriu(standing.last);
        const message = direct.now(standing, forCriu);
        if (message[0] === 'R' && this.#by === 'direct') this.#isAlone = true;
        return message;
      },
      (mailbox) => (this.#by === 'direct' ? closeSync(mailbox) : untilReleased(addon, mailbox)),
      () => (this.#by === 'direct' ? direct.ahead() : Promise.resolve()),
    );
    return direct.concluded(outcome);
  }
}
