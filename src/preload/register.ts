/**
 * The preload: `crac run` puts it into NODE_OPTIONS as `--require`, so it runs first in the program, in its Workers
 * and in its Node children. It must cost next to nothing, and it has no dependencies.
 */

import { type Runtime, sharedRuntime } from '../coordination/runtime.ts';
import { recordInWorker } from '../descriptors/provenance/index.ts';
import { rememberDraws } from '../randomness/index.ts';
import { followWallClock } from '../restoration/clock.ts';
import { guardCrypto } from '../restoration/crypto-guard.ts';
import { forgetPauses } from '../restoration/delay-histograms.ts';
import { renewDnsChannels } from '../restoration/dns-channels.ts';
import { Interlude } from '../restoration/interlude.ts';
import { markOf } from '../restoration/mark.ts';
import { replaceMathRandom } from '../restoration/math-random.ts';
import { NewCopy } from '../restoration/new-copy.ts';
import { OWN_PID } from '../restoration/own-pid.ts';
import { followPidAlias } from '../restoration/pid-alias.ts';
import { carryUsageOn } from '../restoration/resource-usage.ts';
import { renewTicketKeys } from '../restoration/ticket-keys.ts';
import { replaceInContexts } from '../restoration/vm-contexts.ts';
import { followCopies } from '../restoration/worker-copy.ts';
import { followEnvironment } from '../restoration/worker-environment.ts';
import { loadAddon } from './addon.ts';
import { ChildMending } from './child-mending.ts';
import { Mending } from './mending.ts';
import { startPortable } from './portable.ts';
import { takeOutOwn } from './take-out.ts';
import { stackDepth, takePart } from './take-part.ts';
import { carryIntoWorkers } from './worker-preload.ts';

const LOADED = Symbol.for('node-crac.preload');

function start(): void {
  const addon = loadAddon();
  const page = addon?.mark();
  if (addon === undefined || page === undefined) return; // a node that has inherited NODE_OPTIONS and stands outside of a program's tree
  const mark = markOf(page);
  const hasOwnEnvironment = addon.carries() && takeOutOwn();
  carryIntoWorkers();
  followPidAlias(mark);
  replaceMathRandom(mark);
  const lookAtUsage = carryUsageOn(mark);
  replaceInContexts();
  renewDnsChannels(mark);
  renewTicketKeys(mark);
  const isProgram = mark.program === OWN_PID;
  if (!addon.isMainThread() || !isProgram) {
    followWallClock(mark);
    guardCrypto(mark);
  }
  const runtime = sharedRuntime();
  const newCopy = newCopyOf(runtime);
  if (!addon.isMainThread()) {
    recordInWorker(stackDepth());
    followEnvironment(
      () => addon.forgetTimeZone(),
      () => forgetPauses(mark),
      !hasOwnEnvironment,
    );
    followCopies(mark, newCopy);
    return;
  }
  const mending = isProgram
    ? new Mending(addon, runtime, mark, newCopy)
    : new ChildMending(addon, runtime, newCopy);
  const interlude = new Interlude(mark, addon, lookAtUsage);
  takePart({
    record: mark.record,
    addon,
    runtime,
    mending,
    interlude,
    engine: 'criu',
    program: mark.program,
    newCopy,
  });
}

const newCopyOf = (runtime: Runtime): NewCopy => new NewCopy(runtime, rememberDraws(runtime));

const flagged = globalThis as Record<symbol, unknown>;
if (!flagged[LOADED]) {
  flagged[LOADED] = true;
  const { CRAC_PORTABLE_ENGINE } = process.env;
  if (CRAC_PORTABLE_ENGINE) startPortable(CRAC_PORTABLE_ENGINE);
  else start();
}
