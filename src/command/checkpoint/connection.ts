import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { onLines, sendLine } from '../../shared/protocol/lines.ts';
import type { AgentMessage, ProgramMessage } from '../../shared/protocol/messages.ts';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { type SocketName, socketPath } from '../../shared/protocol/socket-path.ts';
import { CommandError, EXIT } from '../base/command-error.ts';

/** The agent's end of the program's control socket. */
export class Connection {
  readonly #socket: Socket;
  readonly #waiting: ((message: ProgramMessage | undefined) => void)[] = [];
  readonly #arrived: ProgramMessage[] = [];
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    onLines<ProgramMessage>(
      socket,
      (message) => this.#deliver(message),
      () => socket.destroy(),
    );
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed = true;
      this.#deliver(undefined);
    });
  }

  /** Waits for a program that has just been started, or whose main thread is busy, up to `seconds`. */
  static async open(
    record: ProgramRecord,
    seconds: number,
    name: SocketName = 'app.sock',
  ): Promise<Connection> {
    const path = socketPath(record.directory, name);
    const until = Date.now() + seconds * 1000;
    for (;;) {
      try {
        return new Connection(await connected(path));
      } catch (cause) {
        if (!existsSync(record.directory)) {
          throw new CommandError(
            `program ${record.parent} has ended; \`crac ps\` lists those that run`,
            EXIT.target,
            { cause },
          );
        }
        if (Date.now() > until) {
          throw new CommandError(
            `program ${record.parent} does not answer within ${seconds} s: its main thread is busy, or it is still starting.\nTry again when it is idle; \`crac ps\` lists what runs`,
            EXIT.target,
            { cause },
          );
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** Connects to a member's socket; undefined where nobody listens. */
  static async to(path: string): Promise<Connection | undefined> {
    try {
      return new Connection(await connected(path));
    } catch (error) {
      if (!['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return undefined;
    }
  }

  send(message: AgentMessage): void {
    sendLine(this.#socket, message);
  }

  /**
   * Returns the next message, or undefined when the program has closed its end.
   * @param limit milliseconds; then the answer is `late`
   */
  next(): Promise<ProgramMessage | undefined>;
  next(limit: number | undefined): Promise<ProgramMessage | 'late' | undefined>;
  next(limit?: number): Promise<ProgramMessage | 'late' | undefined> {
    const message = this.#arrived.shift();
    if (message || this.#closed) return Promise.resolve(message);
    return new Promise((resolve) => {
      const timer =
        limit === undefined
          ? undefined
          : setTimeout(
              () => {
                this.#waiting.splice(this.#waiting.indexOf(answer), 1);
                resolve('late');
              },
              Math.max(0, limit),
            );
      const answer = (said: ProgramMessage | undefined) => {
        clearTimeout(timer);
        resolve(said);
      };
      this.#waiting.push(answer);
    });
  }

  /** Closes the connection when what has been sent is on its way. */
  close(): void {
    this.#socket.destroySoon();
  }

  #deliver(message: ProgramMessage | undefined): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(message);
    else if (message) this.#arrived.push(message);
  }
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.on('error', reject);
  });
}
