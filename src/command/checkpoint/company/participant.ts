import { setTimeout as pause } from 'node:timers/promises';
import { inProcess, type ProcessName } from '../../../shared/errors/brand.ts';
import { deserializeError, EngineError } from '../../../shared/errors/index.ts';
import type { SerializedError } from '../../../shared/errors/json.ts';
import type { EngineName } from '../../../shared/protocol/engines.ts';
import type {
  AgentMessage,
  ProgramMessage,
  ReadyDetails,
  SerializedDescriptor,
  SerializedRandomness,
} from '../../../shared/protocol/messages.ts';
import { hasEnded } from '../../base/processes.ts';
import type { Connection } from '../connection.ts';

type Event = ProgramMessage['event'];
type Said<E extends Event> = Extract<ProgramMessage, { event: E }>;

/** The words of a member on the way, and what it is told at the end. */
export interface Gathered {
  notes: string[];
  randomness: SerializedRandomness[];
  /** What each of several engines cannot carry of it, where the choice is the agent's. */
  obstacles: Partial<Record<EngineName, Error[]>>;
  descriptors: SerializedDescriptor[];
  /** The lines that have started its children, by PID. */
  starters: Map<number, string>;
}

/** The time in milliseconds in which a process that has closed its connection has ended, also on a busy machine. */
const ENDING = 5000;
const LOOK_EVERY = 10;

export const silent = (name: string, seconds: number | undefined): string =>
  `${name} does not answer within ${seconds} s: its main thread is busy, or blocked by execSync, Atomics.wait or the like. Let it come to an end in beforeCheckpoint, or ask for the checkpoint when it has less to do`;

/** One process of the program in a checkpoint, as the agent sees it. */
export class Participant {
  /** The PID as the program sees it. */
  readonly pid: number;
  readonly isProgram: boolean;
  readonly connection: Connection;
  readonly gathered: Gathered = {
    notes: [],
    descriptors: [],
    randomness: [],
    obstacles: {},
    starters: new Map(),
  };
  /** The details of the process, once it is ready. */
  details: ReadyDetails | undefined;
  /** True when the process has been asked for the checkpoint: one that has not has let go of nothing. */
  isAsked = false;
  /** True when the process has said its last word, and goes on. */
  isOver = false;
  /** True when the process's thread is blocked until its mailbox has a word. */
  isStopped = false;
  readonly #command: string;
  /** The path of the process's directory in /proc. */
  readonly #place: string;

  constructor(name: ProcessName, isProgram: boolean, place: string, connection: Connection) {
    this.pid = name.pid;
    this.#command = name.command;
    this.isProgram = isProgram;
    this.#place = place;
    this.connection = connection;
  }

  /** The name for messages. */
  get name(): string {
    return `process ${this.pid} (${this.#command})`;
  }

  /**
   * Tells whether a process that has closed its connection ends. A process closes it first, and is there for a moment
   * more; one that has given up stays.
   */
  async ends(): Promise<boolean> {
    for (const end = Date.now() + ENDING; !hasEnded(this.#place); await pause(LOOK_EVERY))
      if (Date.now() > end) return false;
    return true;
  }

  send(message: AgentMessage): void {
    this.connection.send(message);
  }

  /** Restores errors; those of the program need no name. */
  errors(of: SerializedError[]): Error[] {
    const named = { pid: this.pid, command: this.#command };
    return of.map((each) =>
      this.isProgram ? deserializeError(each) : inProcess(deserializeError(each), named),
    );
  }

  /**
   * Waits until the process sends one of these messages.
   * @param seconds undefined where it has limits of its own
   * @returns undefined when it has closed its connection
   * @throws EngineError when the time is over
   */
  async until<E extends Event>(events: readonly E[], seconds?: number): Promise<Said<E> | undefined> {
    const end = seconds === undefined ? undefined : Date.now() + seconds * 1000;
    for (;;) {
      const message = await this.connection.next(end === undefined ? undefined : end - Date.now());
      if (message === 'late') throw new EngineError(silent(this.name, seconds));
      if (message === undefined) return undefined;
      if (message.event === 'note') this.gathered.notes.push(message.text);
      if (message.event === 'randomness') this.gathered.randomness.push(...message.rows);
      if (message.event === 'obstacles')
        this.gathered.obstacles[message.engine] = this.errors(message.errors);
      if (message.event === 'children')
        for (const { pid, place } of message.children) this.gathered.starters.set(pid, place);
      if (message.event === 'census') this.gathered.descriptors.push(...message.descriptors);
      if ((events as readonly string[]).includes(message.event)) return message as Said<E>;
    }
  }
}
