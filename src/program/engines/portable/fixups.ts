import { monotonicNow, type Runtime } from '../../coordination/runtime.ts';
import { dnsServersFollowSystem, refreshDnsServers } from '../../fixups/dns-servers.ts';
import { applyPayload } from '../../fixups/environment.ts';
import { ownEnvironment } from '../../fixups/own-environment.ts';
import { parsePayload } from '../../fixups/payload.ts';
import type { Fixups } from '../engine.ts';

const { now: wallClock } = Date;

/** The fixups after a wake: clocks and randomness have gone on, so only what the waker hands over is new. */
export class PortableFixups implements Fixups {
  readonly #runtime: Runtime;
  /** Variables by which children that the program starts later find out that they need nothing native. */
  readonly #marks: Record<string, string>;
  readonly #own = ownEnvironment(process.env);
  #dnsFollows = false;

  constructor(runtime: Runtime, marks: Record<string, string>) {
    this.#runtime = runtime;
    this.#marks = marks;
  }

  /** Finds none: the Workers' environment stays as it is. */
  async findWorkers(): Promise<void> {}

  /** Does nothing: what has been drawn is this process's own. */
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
    this.#runtime.restoreTime = wallClock();
    this.#runtime.restoredAtMonotonic = monotonicNow();
  }

  release(): void {}
}
