import type { Resource } from '../coordination/resource.ts';
import type { Runtime } from '../coordination/runtime.ts';
import { clockDifference, followWallClock } from '../restoration/clock.ts';
import { flushCryptoCachesIfLoaded } from '../restoration/crypto-caches.ts';
import { dnsServersFollowSystem, refreshDnsServers } from '../restoration/dns-servers.ts';
import { applyPayload, type OwnEnvironment } from '../restoration/environment.ts';
import { bypassHttpDateCache } from '../restoration/http-date.ts';
import { parsePayload } from '../restoration/payload.ts';
import type { Shared } from '../restoration/shared.ts';
import type { Addon } from './addon.ts';

/** What makes a restored copy a program of its own, in the main thread. */
export class Mending {
  /** The runtime's own resources, notified after the program's before a dump and before them after a restore. */
  readonly resources: Resource[] = [];
  readonly #addon: Addon;
  readonly #runtime: Runtime;
  readonly #shared: Shared;
  readonly #own: OwnEnvironment;
  #clockBefore = 0;
  #dnsFollows = false;
  #clockFollows = false;

  constructor(addon: Addon, runtime: Runtime, shared: Shared, own: OwnEnvironment) {
    this.#addon = addon;
    this.#runtime = runtime;
    this.#shared = shared;
    this.#own = own;
  }

  /** The last thing before the thread stands still: from here on no other thread may draw randomness. */
  beforeFreeze(): void {
    this.#dnsFollows = dnsServersFollowSystem();
    this.#clockBefore = clockDifference();
    this.#shared.gate = 1;
  }

  /** @returns the record directory of the restored program */
  afterRestore(message: Buffer): string {
    const payload = parsePayload(message);
    this.#addon.reseed();
    this.#shared.generation += 1;
    flushCryptoCachesIfLoaded();
    this.#shared.clockOffset += clockDifference() - this.#clockBefore;
    if (!this.#clockFollows) followWallClock(this.#shared);
    this.#clockFollows = true;
    this.#runtime.restoreTime = Date.now();
    this.#runtime.restoredAtMonotonic = Number(process.hrtime.bigint() / 1_000_000n);
    for (const problem of applyPayload(payload, this.#own)) process.emitWarning(problem);
    if (this.#dnsFollows) refreshDnsServers();
    bypassHttpDateCache();
    return payload.record;
  }

  openGate(): void {
    this.#shared.gate = 0;
  }
}
