import type { Addon } from '../../shared/addon.ts';
import type { Company } from '../../shared/protocol/messages.ts';
import { monotonicNow, type Runtime } from '../coordination/runtime.ts';
import type { Fixups } from '../engines/engine.ts';
import { takeChildren } from './children.ts';
import { dnsServersFollowSystem, dnsSettings, refreshDnsServers } from './dns-servers.ts';
import { changesForChild, environmentChanges } from './environment.ts';
import type { Generation } from './generation.ts';
import { forgetHttpDate } from './http-date.ts';
import { putBackSettings } from './kernel-settings.ts';
import type { NewCopy } from './new-copy.ts';
import { ownEnvironment } from './own-environment.ts';
import { takePid } from './own-pid.ts';
import { type Payload, parsePayload } from './payload.ts';
import { runningWorkers } from './running-workers.ts';
import { applyChange, attentiveWorkers, type EnvironmentChange, tellWorkers } from './worker-environment.ts';

const { now: wallClock } = Date;

/**
 * The fixups of a child of the program, which make it a process of its own copy. Clock and generators need nothing
 * here: they look at the generation page by themselves (register.ts), also in a child that stands anywhere.
 */
export class ChildFixups implements Fixups {
  readonly #addon: Addon;
  readonly #runtime: Runtime;
  readonly #workers = runningWorkers();
  #attentive: number[] = [];
  #company: Company | undefined;
  #environment: NodeJS.ProcessEnv = {};
  #followsDirectory = false;
  #dnsFollows = false;
  #dnsSettings = '';

  readonly #generation: Generation;
  readonly #newCopy: NewCopy;

  constructor(addon: Addon, runtime: Runtime, generation: Generation, newCopy: NewCopy) {
    this.#generation = generation;
    this.#newCopy = newCopy;
    this.#addon = addon;
    this.#runtime = runtime;
  }

  async deliverDrawn(): Promise<void> {}

  async findWorkers(): Promise<void> {
    this.#attentive = await attentiveWorkers(this.#workers.ids);
  }

  beforeFreeze(company: Company | undefined): void {
    forgetHttpDate();
    this.#dnsFollows = dnsServersFollowSystem();
    this.#dnsSettings = dnsSettings(this.#addon);
    this.#company = company;
    this.#environment = { ...process.env };
    this.#followsDirectory = company !== undefined && company.cwd === currentDirectory();
    this.#newCopy.prepare(this.#attentive);
    this.#addon.beforeCopy();
    this.#addon.noteSettings();
  }

  afterRestore(message: string): string {
    const payload = parsePayload(message);
    if (this.#generation.member > 0) takePid(this.#generation.member);
    takeChildren(this.#addon);
    this.#addon.reseed();
    this.#runtime.restoreTime = wallClock();
    this.#runtime.restoredAtMonotonic = monotonicNow();
    const changes = this.#changes(payload);
    for (const change of changes) applyChange(change);
    putBackSettings(this.#addon);
    this.#newCopy.letWorkersGo();
    if (this.#workers.ids.length > 0) tellWorkers(changes, this.#attentive);
    if (this.#followsDirectory) this.#goTo(payload.cwd);
    if (this.#dnsFollows && dnsSettings(this.#addon) !== this.#dnsSettings) refreshDnsServers();
    this.#newCopy.enter();
    return payload.record;
  }

  /**
   * Returns what differs from the program's environment at the checkpoint, where this process had it as the program
   * did.
   */
  #changes(payload: Payload): EnvironmentChange[] {
    const program = this.#company?.environment ?? {};
    return changesForChild(
      environmentChanges(payload, ownEnvironment(program), program),
      program,
      this.#environment,
    );
  }

  #goTo(directory: string): void {
    try {
      if (directory) process.chdir(directory);
    } catch (cause) {
      process.emitWarning(
        new Error(`cannot change to the caller's working directory ${directory}`, { cause }),
      );
    }
  }

  release(): void {
    this.#newCopy.letWorkersGo();
  }
}

function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined; // the directory has been deleted
  }
}
