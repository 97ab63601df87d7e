import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import { CRIU_ABILITIES } from '../criu/abilities.ts';
import type { InsideEngine, Outcome } from '../engine.ts';
import type { PortableFixups } from '../portable/fixups.ts';

/** Nothing is dumped: the program goes on at once as if it had been restored. */
export class Simulate implements InsideEngine {
  readonly name = 'simulate';
  /** What a checkpoint on Linux would say. */
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
