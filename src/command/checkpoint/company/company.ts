import { setTimeout as pause } from 'node:timers/promises';
import { CheckpointError, EngineError, serializeError } from '../../../shared/errors/index.ts';
import type { EngineName } from '../../../shared/protocol/engines.ts';
import type { CheckpointRequest, ProgramMessage, ReadyDetails } from '../../../shared/protocol/messages.ts';
import type { ProgramRecord } from '../../../shared/protocol/record.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import type { Connection } from '../connection.ts';
import { givenUp } from '../given-up.ts';
import { knownToPrograms } from '../known-to-programs.ts';
import type { CheckpointOptions } from '../options.ts';
import { absent, gather, nameOf, participant } from './gather.ts';
import { goOn } from './going-on.ts';
import { type Participant, silent } from './participant.ts';
import { tell } from './told.ts';

/** The time in seconds for a process to show that its main thread is free. */
const ANSWER = { program: 30, child: 10 };
/** The time in seconds for collecting the garbage of a large heap. */
const PREPARE = 120;
/** The time in milliseconds between looks. */
const LOOK_EVERY = 20;
/** The number of looks for processes that were born meanwhile: a program may start one after the other. */
const ROUNDS = 10;

/** Puts a word into the mailbox of a member. */
export type Write = (member: Participant, text: string) => Promise<void>;

/**
 * The processes of one program that take part in a checkpoint: they take each step together, and have one outcome. The
 * newest process goes first, the program's first one last.
 */
export class Company {
  readonly #record: ProgramRecord;
  readonly #request: CheckpointRequest;
  readonly #options: Pick<CheckpointOptions, 'progress' | 'note' | 'census' | 'randomness'>;
  readonly program: Participant;
  /** The engine that has been chosen, where the choice is this command's. */
  engine: EngineName | undefined;
  /** The members in the order of the hooks. */
  #members: Participant[];

  constructor(
    record: ProgramRecord,
    request: CheckpointRequest,
    options: Pick<CheckpointOptions, 'progress' | 'note' | 'census' | 'randomness'>,
    connection: Connection,
  ) {
    this.#record = record;
    this.#request = request;
    this.#options = options;
    this.program = participant(record, record.program ?? 0, connection);
    this.#members = [this.program];
  }

  get members(): readonly Participant[] {
    return this.#members;
  }

  /**
   * Runs hooks and census of all; where no dump follows, everyone has taken hold again when it returns.
   * @param thenDump false for an engine that has the hooks run and nothing else
   * @param problems errors that are known already
   * @returns whether they have agreed to a dump
   * @throws CommandError with everything that failed in any of them; then all go on
   */
  async hooks(
    thenDump: boolean,
    problems: Error[] = [],
    more: (known: readonly Error[]) => Promise<Error[]> = async () => [],
  ): Promise<boolean> {
    try {
      problems.push(...(await this.hooksOf(await this.newcomers())));
      problems.push(...(await this.hooksOf([this.program])));
      for (let round = 0; round < ROUNDS; round++) {
        const fresh = await this.newcomers();
        if (fresh.length === 0) break;
        problems.push(...(await this.hooksOf(fresh)));
      }
      problems.push(...(await more(problems)));
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      problems.push(error); // about a member that does not come
    }
    tell(this.program, this.#members, this.#options);
    if (problems.length === 0 && thenDump && !this.#request.dryRun) return true;
    await this.#resume(problems);
    return false;
  }

  /**
   * Joins processes that were not there before; one that is just starting is waited for.
   * @throws EngineError that names one that does not come
   */
  async newcomers(): Promise<Participant[]> {
    const all: Participant[] = [];
    for (const end = Date.now() + ANSWER.child * 1000; ; await pause(LOOK_EVERY)) {
      const fresh = await gather(this.#record, this.#known);
      this.#members = [...fresh, ...this.#members];
      all.unshift(...fresh);
      const missing = absent(this.#record, this.#known).find(({ hasPreload }) => hasPreload);
      if (missing === undefined) return all;
      const cannot = givenUp(`/proc/${missing.pid}`, nameOf(missing));
      if (cannot) throw new EngineError(cannot);
      if (Date.now() > end) throw new EngineError(silent(nameOf(missing), ANSWER.child));
    }
  }

  /** True when nobody has been born since. */
  get isComplete(): boolean {
    return absent(this.#record, this.#known).length === 0;
  }

  get #known(): Set<number> {
    return new Set(this.#members.map(({ pid }) => pid));
  }

  /** @returns what failed in these processes */
  async hooksOf(fresh: readonly Participant[]): Promise<Error[]> {
    const problems: Error[] = [];
    for (const each of fresh) {
      try {
        each.send({ op: 'ping' });
        const here = await each.until(['pong'], each.isProgram ? ANSWER.program : ANSWER.child);
        each.isAsked = here !== undefined;
        if (here) each.send({ ...this.#request, company: this.#companyOf() });
        problems.push(...(await (here ? this.#hooked(each) : this.#gone(each))));
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        each.isOver = true; // it has not begun
        problems.push(error);
      }
    }
    return problems;
  }

  /** @returns what failed in this process */
  async #hooked(each: Participant): Promise<Error[]> {
    const said = await each.until(['hooked', 'resumed', 'ready', 'done', 'failed']);
    if (said === undefined) return this.#gone(each);
    // A member from an image of an older version decides alone.
    if (said.event === 'ready') {
      each.details = said.details;
      return [];
    }
    if (said.event === 'hooked') return said.error ? each.errors(said.error.errors ?? [said.error]) : [];
    each.isOver = true;
    if (said.event === 'done') return [];
    if (said.event === 'failed') return each.errors(said.error.errors ?? [said.error]);
    return each.errors(said.errors);
  }

  /** The process that has asked for the checkpoint, where one of them has. */
  get #asker(): number | undefined {
    return this.#request.company?.asker;
  }

  #companyOf(): { members: number[]; asker?: number } {
    const asker = this.#asker;
    const children = this.#members.filter(({ isProgram }) => !isProgram).map(({ pid }) => pid);
    return { members: [this.program.pid, ...children], ...(asker !== undefined && { asker }) };
  }

  /** Reports a member that is gone; a child that has ended takes no part any more. */
  async #gone(each: Participant): Promise<Error[]> {
    if (each.isProgram)
      throw new CommandError(
        'the program ended before it could be checkpointed; its own output says why.\nStart it again with `crac run`',
        EXIT.failed,
      );
    this.#members = this.#members.filter((other) => other !== each);
    return (await each.ends()) ? [] : [new EngineError(`${each.name} has given up the checkpoint`)];
  }

  /**
   * Returns the next message of a member, of those that it may send now.
   * @returns undefined when it has ended, as a child may
   * @throws CheckpointError with what it says instead
   */
  async next(
    each: Participant,
    events: readonly ('ready' | 'quiet' | 'held' | 'busy')[],
    seconds: number,
  ): Promise<ProgramMessage['event'] | undefined> {
    const said: ProgramMessage | undefined = await each.until([...events, 'resumed'], seconds);
    if (said?.event === 'resumed') {
      each.isOver = true;
      throw new CheckpointError([...each.errors(said.errors), ...each.errors(said.afterwards)]);
    }
    if (said?.event === 'ready') each.details = said.details;
    const failures = said ? [] : await this.#gone(each);
    if (failures.length > 0) throw new CheckpointError(failures);
    return said?.event;
  }

  /** Has garbage collected, and hears from each what the dump must know of it. */
  async prepare(fresh: readonly Participant[] = this.#members): Promise<void> {
    for (const each of fresh) each.send({ op: 'prepare', ...(this.engine && { engine: this.engine }) });
    for (const each of fresh) if (!each.details) await this.next(each, ['ready'], PREPARE);
    tell(this.program, this.#members, this.#options); // what the collection has shown
  }

  /** The seconds of `--wait`, which members have for work in flight. */
  get wait(): number {
    return (this.#request.wait ?? 0) / 1000;
  }

  get details(): ReadyDetails {
    return this.program.details as ReadyDetails;
  }

  /** The mailboxes where each waits for its word, as it sees them. */
  get mailboxes(): { pid: number; mailbox: number }[] {
    return this.#members.flatMap(({ pid, details }) => (details ? [{ pid, mailbox: details.mailbox }] : []));
  }

  /** Has everyone take hold again without a dump. */
  async #resume(problems: Error[]): Promise<void> {
    const error = problems.length > 0 ? serializeError(new CheckpointError(problems)) : undefined;
    await goOn(this.#members, this.#asker, problems, async (each) =>
      each.send({ op: 'resume', ...(error && { error }) }),
    );
  }

  /**
   * Ends a checkpoint in which something failed after all had agreed: whoever has not said so itself is told, and goes
   * on.
   * @param write puts a word into the mailbox of a member that stands still already
   */
  async refuse(reason: unknown, write: Write): Promise<never> {
    const problems = reason instanceof CheckpointError ? reason.errors : [reason as Error];
    const error = new CheckpointError(problems.map(knownToPrograms));
    const others = goOn(this.#members, this.#asker, problems, async (each) => {
      if (each.isStopped) await write(each, `F${error.message}`);
      else each.send({ op: 'refuse', error: serializeError(error) });
    });
    if (reason instanceof CommandError)
      await others.catch(() => {}); // the program has ended: it does not go on
    else await others;
    throw reason;
  }

  close(): void {
    for (const { connection } of this.#members) connection.close();
  }
}
