import { type Addon, loadAddon } from '../../../shared/addon.ts';
import { takeOutAlone, takeOutOwn } from '../../checkpoint/take-out.ts';
import { stackDepth, takePart } from '../../checkpoint/take-part.ts';
import { carryIntoWorkers } from '../../checkpoint/worker-preload.ts';
import { type Runtime, sharedRuntime } from '../../coordination/runtime.ts';
import { recordInWorker } from '../../descriptors/provenance/index.ts';
import { ChildFixups } from '../../fixups/child-fixups.ts';
import { noteChildren } from '../../fixups/children.ts';
import { followWallClock } from '../../fixups/clock.ts';
import { guardCrypto } from '../../fixups/crypto-guard.ts';
import { forgetPauses } from '../../fixups/delay-histograms.ts';
import { renewDnsChannels } from '../../fixups/dns-channels.ts';
import { ProgramFixups } from '../../fixups/fixups.ts';
import { generationOf } from '../../fixups/generation.ts';
import { Interlude } from '../../fixups/interlude.ts';
import { replaceMathRandom } from '../../fixups/math-random.ts';
import { NewCopy } from '../../fixups/new-copy.ts';
import { OWN_PID } from '../../fixups/own-pid.ts';
import { followPidAlias } from '../../fixups/pid-alias.ts';
import { carryUsageOn } from '../../fixups/resource-usage.ts';
import { renewTicketKeys } from '../../fixups/ticket-keys.ts';
import { replaceInContexts } from '../../fixups/vm-contexts.ts';
import { followCopies } from '../../fixups/worker-copy.ts';
import { followEnvironment } from '../../fixups/worker-environment.ts';
import { restrictZlib } from '../../fixups/zlib-cpu.ts';
import { rememberDraws } from '../../randomness/index.ts';
import type { Fixups, InsideEngine } from '../engine.ts';

/**
 * Starts the engines with a native part, whose programs know by a page of memory which copy they are: in the program,
 * in its Workers and in its Node children.
 */
export function startNative(engineOf: (fixups: Fixups, addon: Addon) => InsideEngine): void {
  const addon = loadAddon();
  const page = addon?.generationPage();
  if (addon === undefined || page === undefined) return; // a node that has inherited NODE_OPTIONS and stands outside of a program's tree
  const generation = generationOf(page);
  const isAlone = addon.isAlone();
  if (isAlone) takeOutAlone();
  const hasOwnEnvironment = (addon.carries() || isAlone) && takeOutOwn();
  const { CRAC_ZLIB_CPU } = process.env;
  if (CRAC_ZLIB_CPU && addon.isMainThread()) restrictZlib(CRAC_ZLIB_CPU);
  carryIntoWorkers();
  followPidAlias(generation);
  replaceMathRandom(generation);
  const lookAtUsage = carryUsageOn(generation);
  replaceInContexts();
  renewDnsChannels(generation);
  renewTicketKeys(generation);
  const isProgram = generation.program === OWN_PID;
  if (!addon.isMainThread() || !isProgram) {
    followWallClock(generation);
    guardCrypto(generation);
  }
  const runtime = sharedRuntime();
  const newCopy = newCopyOf(runtime);
  if (!addon.isMainThread()) {
    recordInWorker(stackDepth());
    followEnvironment(
      () => addon.forgetTimeZone(),
      () => forgetPauses(generation),
      !hasOwnEnvironment,
    );
    followCopies(generation, newCopy);
    return;
  }
  noteChildren();
  const fixups = isProgram
    ? new ProgramFixups(addon, runtime, generation, newCopy)
    : new ChildFixups(addon, runtime, generation, newCopy);
  const interlude = new Interlude(generation, addon, lookAtUsage);
  takePart({
    record: generation.record,
    addon,
    runtime,
    engine: engineOf(fixups, addon),
    interlude,
    program: () => generation.program,
    newCopy,
  });
}

const newCopyOf = (runtime: Runtime): NewCopy => new NewCopy(runtime, rememberDraws(runtime));
