import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { type SocketName, socketPath } from '../../../shared/protocol/socket-path.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { named } from './named-error.ts';

/** The time in milliseconds in which the program, which has said that it stands still, has come. */
const ARRIVES = 30_000;

/** The program's refusal to write itself; it goes on. */
export class NotWrittenError extends CommandError {
  /** The words of the native part. */
  readonly reason: string;

  constructor(reason: string, whatToDo: string, options?: ErrorOptions) {
    super(`${reason}\n${whatToDo}`, EXIT.failed, options);
    this.reason = reason;
  }
}

/** Says what helps against a refusal: the kernel's errors are about the place of the image or the machine. */
function whatHelps(reason: string): string {
  if (/: (?:ENOSPC|EDQUOT|EFBIG) \(/.test(reason))
    return 'The program goes on. Make room there, or take another directory: crac checkpoint PID --image DIR';
  if (/: [A-Z]+ \(/.test(reason))
    return 'The program goes on. Try again; `crac doctor` tells whether this machine or container forbids something';
  return 'The program goes on. Let go of it in beforeCheckpoint and take it up again in afterRestore, or start the program\nwith --engine criu, which carries other things (docs/engines.md)';
}

const ended = (): CommandError =>
  new CommandError('the program ended while it wrote its image; no image was made', EXIT.failed);

function notWritten(words: string): NotWrittenError {
  const reason = named(words);
  return new NotWrittenError(reason, whatHelps(reason));
}

/** Makes the refusal of what only shows when all processes of the program stand still. */
export const refusal = (reason: string): NotWrittenError => new NotWrittenError(reason, whatHelps(reason));

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

/** Where the program's children come to, each with its PID. */
export class MembersDoor {
  readonly #server: Server;
  readonly #path: string;
  readonly #waiting = new Map<number, (socket: Socket) => void>();
  readonly #come = new Map<number, Socket>();

  private constructor(server: Server, path: string) {
    this.#server = server;
    this.#path = path;
    server.on('connection', (socket) => this.#hear(socket));
  }

  static async open(record: string): Promise<MembersDoor> {
    const { server, path } = await listenAt(record, 'dump-members.sock');
    return new MembersDoor(server, path);
  }

  /** The conversation with the child of this PID, as it sees it. */
  with(pid: number): Conversation {
    const come = this.#come.get(pid);
    return new Conversation(
      come ? Promise.resolve(come) : new Promise((resolve) => this.#waiting.set(pid, resolve)),
      () => {},
    );
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#come.values()) socket.destroy();
    rmSync(this.#path, { force: true });
  }

  /** Its first message is `P` and its PID. */
  #hear(socket: Socket): void {
    let heard = '';
    socket.on('error', () => socket.destroy());
    const listen = (bytes: Buffer) => {
      heard += bytes;
      const end = heard.indexOf('\0');
      if (end < 0) return;
      socket.off('data', listen);
      socket.pause();
      const pid = Number(heard.slice(1, end));
      this.#come.set(pid, socket);
      this.#waiting.get(pid)?.(socket);
    };
    socket.on('data', listen);
  }
}

/** The conversation between the command and a program that writes itself (native/addon/direct.c). */
export class Conversation {
  readonly #close: () => void;
  readonly #program: Promise<Socket>;
  #heard = '';

  constructor(program: Promise<Socket>, close: () => void) {
    this.#program = program;
    this.#close = close;
  }

  /** Listens before the program stands still. */
  static async begin(record: string): Promise<Conversation> {
    const { server, path } = await listenAt(record, 'dump.sock');
    return new Conversation(new Promise((resolve) => server.once('connection', resolve)), () => {
      server.close();
      rmSync(path, { force: true });
    });
  }

  /**
   * Tells the process its place among several.
   * @throws NotWrittenError with the reason why it has none
   */
  async place(text: string): Promise<void> {
    const socket = await this.#arrived();
    socket.write(`G${text}\0`);
    const answer = await this.#answer(socket);
    if (answer === undefined) throw ended();
    if (answer !== 'G') throw notWritten(answer.slice(1));
  }

  /** @throws CommandError with the reason why the program cannot write itself */
  async write(directory: string): Promise<void> {
    const socket = await this.#arrived();
    socket.write(`W${directory}\0`);
    const answer = await this.#answer(socket);
    if (answer === undefined) throw ended();
    if (answer !== 'D') throw notWritten(answer.slice(1));
  }

  /** Has the program, which has refused to write itself, stand still as another engine wants it. */
  async leave(): Promise<void> {
    const socket = await this.#program;
    const left = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.resume();
    socket.write('X\0');
    await left;
  }

  /** Resolves when the program has ended. */
  async end(): Promise<void> {
    const socket = await this.#program;
    if (socket.destroyed) return;
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.resume();
    socket.write('E\0');
    await ended;
  }

  async close(): Promise<void> {
    this.#close();
    this.#program.then((socket) => socket.destroy());
  }

  #arrived(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () =>
          reject(
            new CommandError(
              'the program stands still and does not answer; end it with `kill -KILL`, and restore its last image',
              EXIT.timeout,
            ),
          ),
        ARRIVES,
      );
      this.#program.then((socket) => {
        clearTimeout(late);
        socket.on('error', () => socket.destroy());
        resolve(socket);
      });
    });
  }

  /** @returns undefined when it has closed its end */
  #answer(socket: Socket): Promise<string | undefined> {
    return new Promise((resolve) => {
      const listen = (bytes: Buffer) => {
        this.#heard += bytes;
        const end = this.#heard.indexOf('\0');
        if (end < 0) return;
        const said = this.#heard.slice(0, end);
        this.#heard = this.#heard.slice(end + 1);
        socket.off('data', listen);
        resolve(said);
      };
      socket.on('data', listen);
      socket.once('close', () => resolve(undefined));
      socket.resume();
    });
  }
}
