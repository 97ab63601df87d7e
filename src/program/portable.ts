import { basename } from 'node:path';
import type { Mends } from './checkpoint/controller.ts';
import { endWithParent } from './checkpoint/end-with-parent.ts';
import { takePart } from './checkpoint/take-part.ts';
import { monotonicNow, type Runtime, sharedRuntime } from './coordination/runtime.ts';
import { dnsServersFollowSystem, refreshDnsServers } from './fixups/dns-servers.ts';
import { applyPayload } from './fixups/environment.ts';
import { Interlude } from './fixups/interlude.ts';
import { ownEnvironment } from './fixups/own-environment.ts';
import { parsePayload } from './fixups/payload.ts';

/** The engines that leave the process where it is need nothing native: a supervisor in TypeScript starts the program. */
export function startPortable(engine: string): void {
  const record = process.env.CRAC_RECORD ?? '';
  // Not at the top: loading it takes two milliseconds, which the programs of other engines need not pay.
  const { isMainThread } = require('node:worker_threads') as typeof import('node:worker_threads');
  // A child of the program has the program for its parent, not the record's owner.
  if (!isMainThread || String(process.ppid) !== basename(record)) return;
  endWithParent(process.ppid);
  const runtime = sharedRuntime();
  takePart({
    record,
    addon: undefined,
    runtime,
    mending: new PortableMending(runtime, record, engine),
    interlude: new Interlude({ copy: 0 }),
    engine,
    program: process.pid,
  });
}

/** After a wake: clocks and randomness have gone on, so only what the waker hands over is new. */
class PortableMending implements Mends {
  readonly #runtime: Runtime;
  /** Children that the program starts later find out by it that they need nothing native. */
  readonly #marks: Record<string, string>;
  readonly #own = ownEnvironment(process.env);
  #dnsFollows = false;

  constructor(runtime: Runtime, record: string, engine: string) {
    this.#runtime = runtime;
    this.#marks = { CRAC_RECORD: record, CRAC_PORTABLE_ENGINE: engine };
  }

  /** Their environment stays as it is. */
  async findWorkers(): Promise<void> {}

  /** What has been drawn is this process's own. */
  async deliverDrawn(): Promise<void> {}

  beforeFreeze(): void {
    this.#dnsFollows = dnsServersFollowSystem();
  }

  afterRestore(message: string): string {
    const payload = parsePayload(message);
    Object.assign(payload.environment, this.#marks);
    for (const problem of applyPayload(payload, this.#own).problems) process.emitWarning(problem);
    if (this.#dnsFollows) refreshDnsServers();
    this.asIfRestored();
    return payload.record;
  }

  asIfRestored(): void {
    this.#runtime.restoreTime = Date.now();
    this.#runtime.restoredAtMonotonic = monotonicNow();
  }

  openGate(): void {}
}
