import type { Addon } from '../../shared/addon.ts';
import type { Company } from '../../shared/protocol/messages.ts';
import { monotonicNow, type Runtime } from '../coordination/runtime.ts';
import type { Fixups } from '../engines/engine.ts';
import { takeChildren } from './children.ts';
import { followWallClock } from './clock.ts';
import { CryptoCaches, flushCryptoCachesIfLoaded } from './crypto-caches.ts';
import { dnsServersFollowSystem, dnsSettings, refreshDnsServers } from './dns-servers.ts';
import { applyPayload, environmentChanges, noted } from './environment.ts';
import type { Generation } from './generation.ts';
import { forgetHttpDate } from './http-date.ts';
import { putBackSettings } from './kernel-settings.ts';
import { isBuiltinLoaded } from './loaded.ts';
import type { NewCopy } from './new-copy.ts';
import { ownEnvironment } from './own-environment.ts';
import { takePid } from './own-pid.ts';
import { formatPayload, parsePayload } from './payload.ts';
import { runningWorkers } from './running-workers.ts';
import { attentiveWorkers, tellWorkers } from './worker-environment.ts';

const { setTimeout } = globalThis; // the program may have timers of its own

const { now: wallClock } = Date;

/** The gate's states, as in native/generation.h. */
const GATE = { open: 0, poolClosed: 1, closed: 2 } as const;

/**
 * The number of turns of the loop in which whatever the thread pool had drawn is delivered; a draw takes microseconds.
 */
const DELIVERY_TURNS = 3;

/** The fixups that make a restored copy a program of its own, in the main thread. */
export class ProgramFixups implements Fixups {
  readonly #addon: Addon;
  readonly #runtime: Runtime;
  readonly #generation: Generation;
  readonly #own = ownEnvironment(process.env);
  #dnsFollows = false;
  #dnsSettings = '';
  #environment: NodeJS.ProcessEnv = {};
  #clockFollows = false;
  #cachesUsedUp = false;
  readonly #cryptoCaches: CryptoCaches;
  readonly #workers = runningWorkers();
  #attentive: number[] = [];
  readonly #newCopy: NewCopy;

  constructor(addon: Addon, runtime: Runtime, generation: Generation, newCopy: NewCopy) {
    this.#newCopy = newCopy;
    this.#addon = addon;
    this.#runtime = runtime;
    this.#generation = generation;
    this.#cryptoCaches = new CryptoCaches(() => addon.draws());
  }

  /**
   * Delivers random numbers that the thread pool has drawn and not yet delivered, which every copy would get: the pool
   * draws no more from here on, and the program gets what there is.
   */
  async deliverDrawn(): Promise<void> {
    if (!isBuiltinLoaded('internal/crypto/random')) return;
    this.#setGate(GATE.poolClosed);
    for (let i = 0; i < DELIVERY_TURNS; i++) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async findWorkers(): Promise<void> {
    this.#attentive = await attentiveWorkers(this.#workers.ids);
  }

  ahead(): void {
    forgetHttpDate();
    dnsServersFollowSystem(this.#addon);
    this.#cryptoCaches.areUsedUp();
  }

  /**
   * Does all that need not wait for the restore, which is to be short, as the last thing before the thread stands
   * still.
   */
  beforeFreeze(_company?: Company): void {
    forgetHttpDate();
    this.#dnsFollows = dnsServersFollowSystem(this.#addon);
    this.#dnsSettings = dnsSettings(this.#addon);
    this.#environment = { ...process.env };
    if (!this.#clockFollows) followWallClock(this.#generation);
    this.#clockFollows = true;
    this.#cachesUsedUp = this.#cryptoCaches.areUsedUp();
    this.#rehearse();
    this.#addon.noteEnvironment(noted(this.#environment));
    this.#addon.beforeCopy();
    this.#addon.noteSettings();
    this.#newCopy.prepare(this.#attentive);
    this.#setGate(GATE.closed);
  }

  /** Compiles now what a restore calls and nothing else does. */
  #rehearse(): void {
    const payload = parsePayload(formatPayload(this.#generation.record, this.#environment));
    environmentChanges(payload, this.#own, this.#environment);
    takeChildren(this.#addon); // there are none that have been told already
    void process.pid; // a getter of ours
  }

  /** @returns the record directory of the restored program */
  afterRestore(message: string): string {
    const payload = parsePayload(message);
    takePid(this.#generation.program); // the engine may have given this copy one of its own
    takeChildren(this.#addon);
    // Node's own generators reseed by themselves (native/preload/); this call is for addons', and for a node with
    // another TLS library.
    this.#addon.reseed();
    if (!this.#cachesUsedUp) flushCryptoCachesIfLoaded();
    this.#runtime.restoreTime = wallClock();
    this.#runtime.restoredAtMonotonic = monotonicNow();
    const { problems, changes } = applyPayload(payload, this.#own, this.#environment);
    for (const problem of problems) process.emitWarning(problem);
    putBackSettings(this.#addon);
    this.#newCopy.letWorkersGo();
    if (this.#workers.ids.length > 0) tellWorkers(changes, this.#attentive);
    if (this.#dnsFollows && dnsSettings(this.#addon) !== this.#dnsSettings) refreshDnsServers();
    this.#newCopy.enter();
    return payload.record;
  }

  release(): void {
    this.#newCopy.letWorkersGo();
    this.#setGate(GATE.open);
  }

  #setGate(gate: number): void {
    try {
      this.#addon.setGate(gate);
    } catch {
      // The program has given up its user: without the gate a draw that the dump cuts in two is not drawn again.
    }
  }
}
