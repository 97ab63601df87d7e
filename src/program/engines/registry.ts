import { join } from 'node:path';
import type { EngineName } from '../../shared/protocol/engines.ts';
import { Auto } from './auto/engine.ts';
import { Criu } from './criu/engine.ts';
import { Direct } from './direct/engine.ts';
import { startNative } from './native/start.ts';
import { Pause } from './pause/engine.ts';
import { startPortable } from './portable/start.ts';
import { Simulate } from './simulate/engine.ts';

/**
 * The start of each engine, which makes this process one that can be checkpointed; the preload calls one of these,
 * once.
 */
export const START: Record<EngineName, () => void> = {
  criu: () => startNative((fixups, addon) => new Criu(fixups, addon)),
  direct: () => startNative((fixups, addon) => new Direct(fixups, addon)),
  auto: () => {
    delete process.env.CRAC_PROGRAM_ENGINE; // native/preload/alone.c gives it to children
    startNative((fixups, addon) => new Auto(fixups, addon));
  },
  simulate: () => startPortable(Simulate),
  pause: () => startPortable(Pause),
  // The engine platform has a file of its own: programs of the other engines do not compile it at their start.
  platform: () =>
    (require(join(__dirname, 'platform-engine.cjs')) as { startPlatform(): void }).startPlatform(),
};
