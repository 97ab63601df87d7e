import { join } from 'node:path';
import { loadAddon } from '../../../shared/addon.ts';
import { stackDepth } from '../../checkpoint/take-part.ts';
import { carryIntoWorkers } from '../../checkpoint/worker-preload.ts';
import { sharedRuntime } from '../../coordination/runtime.ts';
import { recordInWorker } from '../../descriptors/provenance/index.ts';
import { followWallClock } from '../../fixups/clock.ts';
import { guardCrypto } from '../../fixups/crypto-guard.ts';
import { forgetPauses } from '../../fixups/delay-histograms.ts';
import { renewDnsChannels } from '../../fixups/dns-channels.ts';
import { replaceMathRandom } from '../../fixups/math-random.ts';
import { NewCopy } from '../../fixups/new-copy.ts';
import { renewTicketKeys } from '../../fixups/ticket-keys.ts';
import { replaceInContexts } from '../../fixups/vm-contexts.ts';
import { followCopies } from '../../fixups/worker-copy.ts';
import { followEnvironment } from '../../fixups/worker-environment.ts';
import { rememberDraws } from '../../randomness/index.ts';
import { PlatformFixups } from './fixups.ts';
import { ownGeneration } from './generation.ts';
import { mixKernelRandom } from './kernel-random.ts';

export type Equipment = ReturnType<typeof equipMainThread>;

/** Puts in place whatever must stand before the program has anything: all that it draws comes by here. */
function equip(record: string) {
  const addon = addonIfAny();
  const generation = ownGeneration(record);
  const runtime = sharedRuntime();
  const reseeded = { is: () => addon !== undefined };
  replaceMathRandom(generation);
  replaceInContexts();
  renewDnsChannels(generation);
  renewTicketKeys(generation);
  mixKernelRandom(generation, () => reseeded.is());
  followWallClock(generation);
  const newCopy = new NewCopy(runtime, rememberDraws(runtime));
  return { addon, generation, runtime, newCopy, reseeded };
}

export function equipMainThread(record: string) {
  const { addon, generation, runtime, newCopy, reseeded } = equip(record);
  carryIntoWorkers(join(__dirname, 'platform.cjs'));
  const fixups = new PlatformFixups(addon, runtime, generation, newCopy);
  reseeded.is = () => fixups.isReseeded;
  return { addon, generation, runtime, newCopy, fixups };
}

/** Equips a Worker, which stands still with the main thread, and has numbers of its own afterwards. */
export function equipWorker(): void {
  const { addon, generation, newCopy } = equip('');
  guardCrypto(generation);
  recordInWorker(stackDepth());
  followEnvironment(
    () => addon?.forgetTimeZone(),
    () => forgetPauses(generation),
    true,
  );
  followCopies(generation, newCopy);
}

/**
 * Loads the native part, if it is built for this machine: everything works without it, randomness in part
 * (docs/platforms.md).
 */
function addonIfAny(): ReturnType<typeof loadAddon> {
  if (process.env.CRAC_PLATFORM_NATIVE === 'off') return undefined;
  try {
    return loadAddon();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_DLOPEN_FAILED') throw error;
    return undefined;
  }
}
