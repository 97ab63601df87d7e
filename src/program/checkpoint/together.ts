import { ftruncateSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Addon } from '../../shared/addon.ts';
import {
  CheckpointError,
  deserializeError,
  EngineError,
  RestoreError,
  serializeError,
} from '../../shared/errors/index.ts';
import type { EngineName } from '../../shared/protocol/engines.ts';
import { sendLine } from '../../shared/protocol/lines.ts';
import {
  type CheckpointRequest,
  type Company,
  HELD,
  type ProgramMessage,
  type ReadyDetails,
} from '../../shared/protocol/messages.ts';
import { numberOf } from '../descriptors/provenance/index.ts';
import { OWN_PID } from '../fixups/own-pid.ts';
import type { GoAhead } from './go-ahead.ts';
import { collectOutcomes, leaveOutcome } from './outcomes.ts';

/** One member's side of a checkpoint that the agent conducts: each step is taken when all have taken the one before. */
export class Together {
  readonly #goAhead: GoAhead;
  readonly #socket: Socket;
  readonly #isAsker: boolean;
  /** The PID by which the others know this member; a copy may have another one. */
  readonly #known = OWN_PID;
  /** Errors that the agent has told of, which are not this member's own. */
  readonly #told = new Set<unknown>();
  #company: Company | undefined;
  /** The engine that the agent has chosen, where the choice was left to it. */
  engine: EngineName | undefined;

  constructor(goAhead: GoAhead, socket: Socket, { company }: CheckpointRequest) {
    this.#goAhead = goAhead;
    this.#socket = socket;
    this.#isAsker = company?.asker === OWN_PID;
  }

  /** @returns what has failed in all members */
  async agree(failures: unknown[]): Promise<unknown[]> {
    const error = failures.length > 0 ? serializeError(new CheckpointError(failures)) : undefined;
    try {
      const word = await this.#goAhead.ask(this.#socket, { event: 'hooked', ...(error && { error }) });
      if (word.op === 'prepare') this.engine = word.engine;
      if (word.op !== 'resume' || word.error === undefined) return [];
      const { errors } = deserializeError(word.error) as CheckpointError;
      for (const each of errors) this.#told.add(each);
      return errors;
    } catch (refused) {
      this.#told.add(refused);
      return [...failures, refused];
    }
  }

  async ready(details: ReadyDetails): Promise<void> {
    const word = await this.#ask({ event: 'ready', details });
    if (word.op === 'go') this.#company = word.company;
  }

  /** True where the agent knows no other member. */
  get isAlone(): boolean {
    return (this.#company?.members.length ?? 1) === 1;
  }

  /** Waits until the others are quiet, too; false if one of them needs another attempt first. */
  async allQuiet(): Promise<boolean> {
    return this.isAlone || (await this.#ask({ event: 'quiet' })).op === 'hold';
  }

  /** Tells the agent that something is in flight again. */
  busy(): void {
    if (!this.isAlone) sendLine(this.#socket, { event: 'busy' });
  }

  /**
   * Blocks this thread until all members do.
   * @returns false if one of them could not: then all try again
   */
  hold(addon: Addon, mailbox: number): boolean {
    if (this.isAlone) return true;
    sendLine(this.#socket, { event: 'held' });
    const message = addon.wait(mailbox, numberOf(this.#socket) ?? -1);
    ftruncateSync(mailbox, 0);
    if (message === HELD.on) return true;
    if (message === HELD.again) return false;
    throw new EngineError(message.slice(1));
  }

  /** @returns what failed in the hooks that take hold again, as far as this member is to tell of it */
  async conclude(
    { record }: { record: string },
    failures: unknown[],
    afterwards: unknown[],
  ): Promise<unknown[]> {
    if (this.#socket.destroyed) {
      const isOne = this.#company === undefined || this.isAlone;
      return isOne ? afterwards : this.#afterDump(record, afterwards);
    }
    const own = failures.filter((each) => !this.#told.has(each));
    const resumed: ProgramMessage = {
      event: 'resumed',
      errors: own.length > 0 ? new CheckpointError(own).errors.map(serializeError) : [],
      afterwards: afterwards.length > 0 ? new RestoreError(afterwards).errors.map(serializeError) : [],
    };
    if (!this.#isAsker) {
      sendLine(this.#socket, resumed);
      return afterwards;
    }
    this.#goAhead.begin(); // a refusal has been heard by now
    try {
      // One message: the agent may close right after its answer, and a write after that would lose the answer unread.
      const word = await this.#goAhead.ask(this.#socket, resumed);
      return word.op === 'outcome' ? word.errors.map(deserializeError) : afterwards;
    } catch {
      return afterwards; // the agent is gone: this is what is known here
    }
  }

  async #afterDump(record: string, afterwards: unknown[]): Promise<unknown[]> {
    const { id, members, collector } = this.#company as Company;
    if (collector !== this.#known) return leaveOutcome(record, id, this.#known, afterwards) ? [] : afterwards;
    return [
      ...afterwards,
      ...(await collectOutcomes(
        record,
        id,
        members.filter((pid) => pid !== this.#known),
      )),
    ];
  }

  async #ask(message: Parameters<GoAhead['ask']>[1]) {
    try {
      return await this.#goAhead.ask(this.#socket, message);
    } catch (refused) {
      this.#told.add(refused);
      throw refused;
    }
  }

  get company(): Company | undefined {
    return this.#company;
  }
}
