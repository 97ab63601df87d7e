import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import { CRIU_ABILITIES } from '../criu/abilities.ts';
import type { InsideEngine, Outcome } from '../engine.ts';
import type { PortableFixups } from '../portable/fixups.ts';

/**
 * The engine simulate inside the program: nothing is dumped, and the program goes on at once as if it had been
 * restored.
 */
export class Simulate implements InsideEngine {
  readonly name = 'simulate';
  /** The rules of the engine criu: a checkpoint says what one on Linux would say. */
  readonly abilities = CRIU_ABILITIES;
  readonly fixups: PortableFixups;

  constructor(fixups: PortableFixups) {
    this.fixups = fixups;
  }

  async dump({ leaveRunning }: CheckpointRequest): Promise<Outcome> {
    if (leaveRunning) return { kind: 'continued' };
    this.fixups.asIfRestored();
    return { kind: 'restored' };
  }
}
