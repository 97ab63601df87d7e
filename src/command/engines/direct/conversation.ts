import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { type SocketName, socketPath } from '../../../shared/protocol/socket-path.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { named } from './named-error.ts';
import { refused } from './refusal.ts';
import { EndedError, programEnded, Snapshot, whoEnded } from './snapshot.ts';
import { Words, written } from './words.ts';

/** The time in milliseconds in which the program, which has said that it stands still, has come. */
const ARRIVES = 30_000;
/** The time in milliseconds between two looks whether a process that is to come lives. */
const LOOK = 100;

/** Listens in the record. */
async function listenAt(record: string, name: SocketName): Promise<{ server: Server; path: string }> {
  const path = socketPath(record, name);
  rmSync(path, { force: true }); // left by a command that was killed
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return { server, path };
}

/** A child that comes at some time. */
class Child {
  comes: (words: Words) => void = () => {};
  readonly words = new Promise<Words>((resolve) => {
    this.comes = resolve;
  });
}

interface Ways {
  /** The child that writes the image of a program which goes on; it comes second. */
  writer?: Promise<Words>;
  lives?: () => boolean;
  close?: () => void;
}

/** Where the program's children come to, each with its PID. */
export class MembersDoor {
  readonly #server: Server;
  readonly #path: string;
  /** By PID; each child comes once, however often it is asked for. */
  readonly #children = new Map<number, Child>();
  readonly #come: Words[] = [];
  readonly #lives: (pid: number) => boolean;

  private constructor(server: Server, path: string, lives: (pid: number) => boolean) {
    this.#lives = lives;
    this.#server = server;
    this.#path = path;
    server.on('connection', (socket) => this.#hear(new Words(socket)));
  }

  /** @param lives tells whether the child of this PID, as it sees it, is there */
  static async open(record: string, lives: (pid: number) => boolean): Promise<MembersDoor> {
    const { server, path } = await listenAt(record, 'dump-members.sock');
    return new MembersDoor(server, path, lives);
  }

  /** The conversation with the child of this PID, as it sees it. */
  with(pid: number): Conversation {
    return new Conversation(this.#child(pid).words, { lives: () => this.#lives(pid) });
  }

  #child(pid: number): Child {
    const known = this.#children.get(pid) ?? new Child();
    this.#children.set(pid, known);
    return known;
  }

  close(): void {
    this.#server.close();
    for (const words of this.#come) words.close();
    rmSync(this.#path, { force: true });
  }

  /** Its first message is `P` and its PID. */
  async #hear(words: Words): Promise<void> {
    const said = await words.next();
    if (said === undefined) return;
    this.#come.push(words);
    this.#child(Number(said.slice(1))).comes(words);
  }
}

/** The conversation between the command and a process that writes itself (native/addon/direct.c). */
export class Conversation {
  readonly #program: Promise<Words>;
  /** The child that writes the image of a program which goes on; it comes second. */
  readonly #writer: Promise<Words> | undefined;
  readonly #close: () => void;
  readonly #lives: () => boolean;

  constructor(program: Promise<Words>, { writer, lives = () => true, close = () => {} }: Ways = {}) {
    this.#program = program;
    this.#writer = writer;
    this.#close = close;
    this.#lives = lives;
  }

  /**
   * Listens before the program stands still.
   * @param lives tells whether the program is there
   */
  static async begin(record: string, lives: () => boolean): Promise<Conversation> {
    const { server, path } = await listenAt(record, 'dump.sock');
    const awaited: ((words: Words) => void)[] = [];
    server.on('connection', (socket) => awaited.shift()?.(new Words(socket)));
    const next = () => new Promise<Words>((resolve) => awaited.push(resolve));
    const close = () => {
      server.close();
      rmSync(path, { force: true });
    };
    return new Conversation(next(), { writer: next(), lives, close });
  }

  /** Waits until it has come. @throws EndedError where it has ended instead */
  #come(): Promise<Words> {
    return inTime(this.#program, () => this.#lives() || throwEnded(new EndedError()));
  }

  /**
   * Tells the process its place among several.
   * @throws NotWrittenError with the reason why it has none
   */
  async place(text: string): Promise<void> {
    const words = await this.#come();
    words.say(`G${text}`);
    const said = await words.next();
    if (said === undefined) throw new EndedError();
    if (said !== 'G') throw refused(said);
  }

  /** Has the process mark the description of a descriptor, until its next word. */
  async mark(fd: number): Promise<void> {
    const words = await this.#come();
    words.say(`O${fd}`);
    if ((await words.next()) === undefined) throw new EndedError();
  }

  /** @throws CommandError with the reason why the program cannot write itself */
  async write(directory: string): Promise<void> {
    await written(await this.#come(), directory, () => new EndedError());
  }

  /**
   * Hears whether a child of the program writes the image.
   * @param lives tells whether the process of this PID, as the program sees it, is there
   * @throws CommandError with the reason why the program cannot be written
   */
  async snapshot(lives: (writer: number) => boolean): Promise<Snapshot | { refused: string }> {
    const program = await this.#come();
    const said = await program.next();
    if (said === undefined) throw programEnded();
    if (said[0] === 'N') return { refused: named(said.slice(1)) };
    if (said[0] !== 'S') throw refused(said);
    const number = Number(said.slice(1));
    try {
      const writer = await inTime(
        this.#writer as Promise<Words>,
        () => lives(number) || throwEnded(new CommandError(whoEnded(number), EXIT.failed)),
      );
      return new Snapshot(number, program, writer);
    } catch (error) {
      program.say(`F${(error as Error).message}`); // it has gone on, and waits for that
      throw error;
    }
  }

  /** Has the program, which has refused to write itself, stand still as another engine wants it. */
  async leave(): Promise<void> {
    const program = await this.#come();
    program.say('X');
    await program.ended();
  }

  /** Resolves when the program has ended. */
  async end(): Promise<void> {
    const program = await this.#come();
    program.say('E');
    await program.ended();
  }

  async close(): Promise<void> {
    this.#close();
    this.#program.then((program) => program.close());
    this.#writer?.then((writer) => writer.close());
  }
}

const throwEnded = (ended: Error): never => {
  throw ended;
};

/** @param look throws where the process will not come */
function inTime(words: Promise<Words>, look: () => unknown = () => {}): Promise<Words> {
  return new Promise((resolve, reject) => {
    const end = performance.now() + ARRIVES;
    const timer = setInterval(() => {
      try {
        look();
        if (performance.now() > end) throw new CommandError(SILENT, EXIT.timeout);
      } catch (error) {
        clearInterval(timer);
        reject(error);
      }
    }, LOOK);
    words.then((come) => {
      clearInterval(timer);
      resolve(come);
    });
  });
}

const SILENT =
  'the program stands still and does not answer; end it with `kill -KILL`, and restore its last image';
