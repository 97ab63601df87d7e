import type { Addon } from '../../../shared/addon.ts';
import { monotonicNow, type Runtime } from '../../coordination/runtime.ts';
import { flushCryptoCachesIfLoaded } from '../../fixups/crypto-caches.ts';
import { dnsServersFollowSystem, dnsSettings, refreshDnsServers } from '../../fixups/dns-servers.ts';
import { applyPayload } from '../../fixups/environment.ts';
import { forgetHttpDate } from '../../fixups/http-date.ts';
import type { NewCopy } from '../../fixups/new-copy.ts';
import { ownEnvironment } from '../../fixups/own-environment.ts';
import { formatPayload, parsePayload } from '../../fixups/payload.ts';
import { runningWorkers } from '../../fixups/running-workers.ts';
import { attentiveWorkers, tellWorkers } from '../../fixups/worker-environment.ts';
import type { Fixups } from '../engine.ts';
import type { OwnGeneration } from './generation.ts';

const { now: wallClock } = Date;

/**
 * The number of turns of the loop in which whatever the thread pool had drawn is delivered; a draw takes microseconds.
 */
const DELIVERY_TURNS = 3;

// A program's fake timers must not hold up a restore.
const { setTimeout } = globalThis;

/** The fixups that make each copy of a machine a program of its own; with the native part where there is one. */
export class PlatformFixups implements Fixups {
  readonly #addon: Addon | undefined;
  readonly #runtime: Runtime;
  readonly #generation: OwnGeneration;
  readonly #newCopy: NewCopy;
  readonly #own = ownEnvironment(process.env);
  readonly #workers = runningWorkers();
  #attentive: number[] = [];
  #dnsFollows = false;
  #dnsSettings = '';
  #isPrepared = false;
  /** True when the native part has given OpenSSL fresh entropy. */
  isReseeded = false;

  constructor(addon: Addon | undefined, runtime: Runtime, generation: OwnGeneration, newCopy: NewCopy) {
    this.#addon = addon;
    this.#runtime = runtime;
    this.#generation = generation;
    this.#newCopy = newCopy;
  }

  async deliverDrawn(): Promise<void> {
    for (let i = 0; i < DELIVERY_TURNS; i++) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async findWorkers(): Promise<void> {
    this.#attentive = await attentiveWorkers(this.#workers.ids);
  }

  beforeFreeze(): void {
    forgetHttpDate();
    this.#dnsFollows = dnsServersFollowSystem();
    this.#dnsSettings = dnsSettings();
    this.#addon?.beforeCopy();
    this.#newCopy.prepare(this.#attentive);
    this.#isPrepared = true;
  }

  afterRestore(message: string): string {
    this.#renewRandomness();
    const payload = parsePayload(message);
    const { problems, changes } = applyPayload(payload, this.#own);
    for (const problem of problems) process.emitWarning(problem);
    this.#tell(changes);
    if (this.#dnsFollows && dnsSettings() !== this.#dnsSettings) refreshDnsServers();
    this.#newCopy.enter();
    this.#isPrepared = false;
    return payload.record;
  }

  /** Puts right as much as can be in a copy for which nobody has asked for a standstill before. */
  inUnknownCopy(): void {
    if (this.#isPrepared) return; // the platform's own word is about to come
    this.#dnsFollows = dnsServersFollowSystem();
    this.#newCopy.prepareOwn();
    this.#renewRandomness();
    if (this.#dnsFollows) refreshDnsServers();
    this.#newCopy.enter();
  }

  release(): void {
    this.#newCopy.letWorkersGo();
    this.#isPrepared = false;
  }

  /** Renews randomness, first of all: whatever comes after it may draw. */
  #renewRandomness(): void {
    this.#generation.next();
    this.isReseeded = this.#addon?.reseed() ?? false;
    flushCryptoCachesIfLoaded();
    forgetTimeZone();
    this.#runtime.restoreTime = wallClock();
    this.#runtime.restoredAtMonotonic = monotonicNow();
  }

  #tell(changes: Parameters<typeof tellWorkers>[0]): void {
    this.#newCopy.letWorkersGo();
    if (this.#workers.ids.length > 0) tellWorkers(changes, this.#attentive);
  }
}

/** Makes Date ask for the time zone anew: Node does so when TZ is written or deleted. */
function forgetTimeZone(): void {
  const { TZ } = process.env;
  process.env.TZ = TZ ?? 'UTC';
  if (TZ === undefined) delete process.env.TZ;
}

/**
 * Writes what a point hands over that knows of these changes in the environment, or of none; undefined: not set any
 * more.
 */
export const restoredWith = (record: string, changes: NodeJS.ProcessEnv = {}): string => {
  const wanted = Object.entries({ ...process.env, ...changes }).filter(([, value]) => value !== undefined);
  return formatPayload(record, Object.fromEntries(wanted));
};
