import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { socketPath } from '../../../shared/protocol/socket-path.ts';
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

/** The conversation between the command and a program that writes itself (native/addon/direct.c). */
export class Conversation {
  readonly #path: string;
  readonly #server: Server;
  #program: Promise<Socket>;
  #heard = '';

  private constructor(path: string, server: Server) {
    this.#path = path;
    this.#server = server;
    this.#program = new Promise((resolve) => server.once('connection', resolve));
  }

  /** Listens before the program stands still. */
  static async begin(record: string): Promise<Conversation> {
    const path = socketPath(record, 'dump.sock');
    rmSync(path, { force: true }); // left by a command that was killed
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    return new Conversation(path, server);
  }

  /** @throws CommandError with the reason why the program cannot write itself */
  async write(directory: string): Promise<void> {
    const socket = await this.#arrived();
    socket.write(`W${directory}\0`);
    const answer = await this.#answer(socket);
    if (answer === undefined)
      throw new CommandError('the program ended while it wrote its image; no image was made', EXIT.failed);
    if (answer === 'D') return;
    const reason = named(answer.slice(1));
    throw new NotWrittenError(reason, whatHelps(reason));
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
    this.#server.close();
    this.#program.then((socket) => socket.destroy());
    rmSync(this.#path, { force: true });
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
      socket.on('data', (bytes) => {
        this.#heard += bytes;
        const end = this.#heard.indexOf('\0');
        if (end >= 0) resolve(this.#heard.slice(0, end));
      });
      socket.once('close', () => resolve(undefined));
    });
  }
}
