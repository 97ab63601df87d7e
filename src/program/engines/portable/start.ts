import { basename } from 'node:path';
import { endWithParent } from '../../checkpoint/end-with-parent.ts';
import { takePart } from '../../checkpoint/take-part.ts';
import { sharedRuntime } from '../../coordination/runtime.ts';
import { Interlude } from '../../fixups/interlude.ts';
import type { InsideEngine } from '../engine.ts';
import { PortableFixups } from './fixups.ts';

/**
 * Starts the engines that leave the process where it is and need nothing native: a supervisor in TypeScript starts the
 * program.
 */
export function startPortable(Engine: new (fixups: PortableFixups) => InsideEngine): void {
  const { CRAC_RECORD = '', CRAC_PROGRAM_ENGINE = '' } = process.env;
  // The module is not loaded at the top: it takes two milliseconds, which the programs of other engines need not pay.
  const { isMainThread } = require('node:worker_threads') as typeof import('node:worker_threads');
  // A child of the program has the program for its parent, not the record's owner.
  if (!isMainThread || String(process.ppid) !== basename(CRAC_RECORD)) return;
  endWithParent(process.ppid);
  const runtime = sharedRuntime();
  takePart({
    record: CRAC_RECORD,
    addon: undefined,
    runtime,
    engine: new Engine(new PortableFixups(runtime, { CRAC_RECORD, CRAC_PROGRAM_ENGINE })),
    interlude: new Interlude({ copy: 0 }),
    program: () => process.pid,
  });
}
