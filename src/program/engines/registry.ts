import type { EngineName } from '../../shared/protocol/engines.ts';
import { startCriu } from './criu/start.ts';
import { Pause } from './pause/engine.ts';
import { startPortable } from './portable/start.ts';
import { Simulate } from './simulate/engine.ts';

/** How each engine makes this process one that can be checkpointed; the preload calls one of these, once. */
export const START: Record<EngineName, () => void> = {
  criu: startCriu,
  simulate: () => startPortable(Simulate),
  pause: () => startPortable(Pause),
};
