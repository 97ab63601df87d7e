import type { Addon } from '../../shared/addon.ts';
import type { EngineName } from '../../shared/protocol/engines.ts';
import type {
  CheckpointRequest,
  Collection,
  Company,
  ProgramMessage,
  Word,
} from '../../shared/protocol/messages.ts';
import type { Others } from '../checkpoint/quiesce.ts';
import type { Together } from '../checkpoint/together.ts';
import type { Abilities } from '../descriptors/verdict.ts';

/**
 * The part of an engine that runs inside the program. The part outside is src/command/engines/engine.ts. A new engine is
 * a folder here with a function that makes this process one that can be checkpointed (checkpoint/take-part.ts) with such
 * an object, and a line in registry.ts.
 */
export type Ask = (record: string, request: string) => () => boolean;

export interface InsideEngine {
  readonly name: EngineName;

  /** The rules for descriptors that no policy speaks of, by kind; the census asks them. */
  readonly abilities: Abilities;

  /** True where connections to other programs of the machine go on: nobody need ask the kernel for their other ends. */
  readonly keepsUnixSockets?: true;

  /** The abilities of the engines among which the agent chooses, for one that leaves the choice to it. */
  readonly choices?: Partial<Record<EngineName, Abilities>>;

  /** The fixups of a program that goes on as another one than it was. */
  readonly fixups: Fixups;

  /**
   * Dumps the program. All hooks have run, nobody had an objection, and this is no dry run. Settles in the program that
   * goes on, be it this one or a copy of it. What the engine must wait for it waits for by `talk` and `own`.
   * @throws EngineError where there is no dump; the program then goes on as before
   */
  dump(request: CheckpointRequest, talk: Talk, own: Standstill): Promise<Outcome>;

  /**
   * Asks somebody outside to carry out a checkpoint that the program has asked for itself. Absent: its parent does.
   * @param request JSON, for `crac __agent`
   * @returns a function that tells whether whoever was asked has ended
   */
  ask?: Ask | undefined;

  /** Called when the hooks have run that take hold again after `dump`, or after a failure. */
  concluded?(error?: unknown): void;
}

export interface Outcome {
  kind: 'restored' | 'continued';
  /** Where the image is still being written: settles when it is under its name, or rejects with the reason. */
  image?: Promise<void> | undefined;
}

/**
 * The steps that put a copy right, called in this order; each kind of engine, and a child of the program's first
 * process, has its own.
 */
export interface Fixups {
  /**
   * Delivers random numbers that were drawn ahead to the program before the dump, or all copies would get the same
   * ones.
   */
  deliverDrawn(): Promise<void>;
  /** Finds the Workers that answer, before they stop answering. */
  findWorkers(): Promise<void>;
  /** Does what `beforeFreeze` then need not do, as far as nothing changes in between. */
  ahead?(): void;
  /** Does whatever need not wait for the restore, as the last thing before the thread stands still. */
  beforeFreeze(company?: Company): void;
  /**
   * Puts a copy right.
   * @param message the message of whoever restores, as fixups/payload.ts reads it
   * @returns the record of the restored program
   */
  afterRestore(message: string): string;
  /** Undoes what `deliverDrawn` and `beforeFreeze` hold back. */
  release(): void;
}

/** The conversation with the agent (`crac checkpoint`) about one checkpoint. */
export interface Talk {
  tell(message: ProgramMessage): void;
  /**
   * Says `message` and waits for the agent's word.
   * @throws what the agent refuses with, or EngineError when it has gone
   */
  ask(message: ProgramMessage): Promise<Word>;
  /** The steps that all processes of the program take together; undefined where this one decides alone. */
  readonly together: Together | undefined;
  /** Closes this process's last connections to the outside: from here on it says and hears nothing. */
  end(): void;
}

/** This process, as an engine has it stand still. */
export interface Standstill {
  /** False for a child of the program's first process. */
  readonly isProgram: boolean;
  /** The program's record directory; another one after a restore. */
  readonly record: string;
  /** Collects garbage, and tells which random bytes in memory copies draw anew, now that it is known what has gone. */
  collect(talk: Talk, collection: Collection): Promise<void>;
  /**
   * Waits until nothing is in flight that a dump would cut, and lets go of connections.
   *
   * @param freeze called then, with nothing of the program in between
   * @throws InFlightError where there is no such moment
   */
  quiesce<T>(request: CheckpointRequest, others: Others, freeze: () => T): Promise<T>;
  /** Stops time from counting as the program's, until the function that it returns is called; and prepares fixups. */
  beforeFreeze(company?: Company): () => void;
  /**
   * Carries out policies for open descriptors, and returns a function that undoes it, with the record after a restore.
   */
  setAside(addon: Addon): (restored: string | undefined) => void;
  /**
   * Goes on as somebody outside has decided.
   * @param message first R and what the restorer hands over; C: goes on after a dump; F and why there was none
   */
  wake(message: string): Outcome;
  /** Takes requests for checkpoints again, which `Talk.end` has stopped. */
  open(): void;
}
