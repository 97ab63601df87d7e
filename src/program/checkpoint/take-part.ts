import { join } from 'node:path';
import type { Addon } from '../../shared/addon.ts';
import { AdapterLoader, hookLoading } from '../adapters/loader.ts';
import { notePlaces } from '../adapters/node-sqlite/opened-at.ts';
import { NodeSqlite } from '../adapters/node-sqlite.ts';
import { OutgoingHttp } from '../adapters/outgoing-http.ts';
import { OutgoingUndici } from '../adapters/outgoing-undici.ts';
import { Adapters } from '../adapters/registry.ts';
import { watchShapes } from '../adapters/shapes.ts';
import type { Runtime } from '../coordination/runtime.ts';
import { Baseline } from '../descriptors/baseline.ts';
import { Provenances, type StackDepth } from '../descriptors/provenance/index.ts';
import type { InsideEngine } from '../engines/engine.ts';
import type { Interlude } from '../fixups/interlude.ts';
import type { NewCopy } from '../fixups/new-copy.ts';
import { OWN_PID } from '../fixups/own-pid.ts';
import { Controller } from './controller.ts';
import { DescriptorCheck } from './descriptor-check.ts';

const { setImmediate } = globalThis; // the program may have timers of its own

export interface Part {
  record: string;
  /** Undefined in the engines that need nothing native. */
  addon: Addon | undefined;
  runtime: Runtime;
  interlude: Interlude;
  engine: InsideEngine;
  /** Returns the PID of the program's first process; others are its children. */
  program: () => number;
  /** Absent in the engines that make no copies. */
  newCopy?: NewCopy;
  /** True where there is no record whose socket could be opened. */
  isAlone?: boolean;
}

/** Makes this process one that can be checkpointed: from here on it answers `crac checkpoint`, unless it is alone. */
export function takePart(part: Part): Controller {
  const { record, addon, runtime, interlude, engine, program, newCopy, isAlone = false } = part;
  const isProgram = program() === OWN_PID;
  const baseline = process.platform === 'linux' ? new Baseline(isProgram) : undefined;
  const provenances = new Provenances(baseline ? stackDepth() : 'off');
  // A kernel without unix_diag, as small machines have it, would refuse an answer that nobody needs.
  const asking = addon && engine.keepsUnixSockets ? { ...addon, unixPeers: () => [] } : addon;
  const descriptors = new DescriptorCheck(asking, baseline, provenances, program, engine);
  const adapters = new Adapters(() => runtime.restoreTime);
  if (newCopy) adapters.register(newCopy.resource);
  adapters.register(new OutgoingHttp(adapters.doors.call));
  adapters.register(new OutgoingUndici(adapters.doors.call));
  adapters.register(new NodeSqlite(adapters.doors));
  notePlaces();
  const loader = new AdapterLoader(adapters, join(__dirname, 'adapters'));
  hookLoading(loader);
  watchShapes(loader);
  const controller = new Controller({
    isProgram,
    record,
    addon,
    runtime,
    engine,
    interlude,
    descriptors,
    adapters,
    newCopy,
  });
  runtime.engine = {
    name: engine.name,
    checkpointRestore: (options) => controller.request(options),
    ready: () => controller.sayReady(),
  };
  // The controller opens after the program's own first turn: its start is not held up by ours.
  if (!isAlone) setImmediate(() => controller.open());
  return controller;
}

/** Reads the value of `crac run --descriptor-stacks`, which has checked it. */
export const stackDepth = (): StackDepth => (process.env.CRAC_DESCRIPTOR_STACKS ?? 'on') as StackDepth;
