import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { corkedBy } from '../shared/corked.ts';
import { FINISH, sleep, until } from '../shared/in-flight.ts';
import { unblock } from '../shared/unblock.ts';
import type { WatchedQueue } from './queue.ts';

/** node-redis' socket, as far as this adapter uses it. */
export interface RedisSocket extends EventEmitter {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  connect(): Promise<void>;
  write(commands: Iterable<unknown>): void;
  close(): void;
  destroy(): void;
  destroySocket(): void;
}

export type SocketClass = (new (...words: unknown[]) => RedisSocket) & { prototype: RedisSocket };

/** The key, among the options of a socket, of the socket that asks to be connected. */
export const ASKS = Symbol('node-crac.socket');

export interface ParkableSocket extends RedisSocket {
  readonly queue: WatchedQueue;
  readonly isParked: boolean;
  /** Makes another connection to where this socket went last. */
  connectRaw: (() => Socket) | undefined;
  /** Parks a socket that waits for other clients. */
  parkGently(): Promise<void>;
  park(): void;
  wake(): void;
}

/** The time in milliseconds for the server to close its end after we have closed ours. */
const GOODBYE = 1000;

/**
 * Makes sockets that can be parked.
 * @param made is told of each socket, and gives the queue of its client
 */
export function parkSockets(Base: SocketClass, made: (socket: ParkableSocket) => WatchedQueue): SocketClass {
  const { name } = Base;
  return {
    [name]: class extends Base implements ParkableSocket {
      readonly queue: WatchedQueue;
      isParked = false;
      connectRaw: (() => Socket) | undefined;
      #isWaking = false;

      constructor(...words: unknown[]) {
        const asks: { socket?: ParkableSocket } = {};
        const options = words.pop();
        super(...words, { ...(options as object | undefined), [ASKS]: asks });
        asks.socket = this;
        this.queue = made(this);
      }

      /**
       * True while the socket is parked: the client must not see that it has no connection; its commands wait, as while
       * it connects again.
       */
      override get isOpen(): boolean {
        return this.isParked || super.isOpen;
      }

      override close(): void {
        if (this.isParked) this.isParked = false;
        else super.close();
      }

      override destroy(): void {
        this.isParked = false;
        super.destroy();
      }

      override emit(event: string, ...words: unknown[]): boolean {
        if (this.isParked && event === 'end') return false;
        if (!this.#isWaking || event !== 'error') return super.emit(event, ...words);
        try {
          return super.emit(event, ...words);
        } catch (error) {
          // Nobody listens for the client's errors; throwing would end the program, and node-redis' trying again.
          if (error !== words[0]) throw error;
          return true;
        }
      }

      /**
       * Parks the socket without losing an answer: what blocks is sent again after the restore; what gets an answer now
       * has it.
       */
      async parkGently(): Promise<void> {
        const raw = this.#raw();
        let resume = () => {};
        this.queue.parking = new Promise((resolve) => {
          resume = resolve;
        });
        const done = () => {
          this.queue.parking = undefined;
          resume();
        };
        const { clientId, credentials } = this.queue;
        const canUnblock = clientId !== undefined && this.connectRaw !== undefined;
        if (canUnblock) {
          const server = { connect: this.connectRaw as () => Socket, login: credentials };
          if (await unblock(server, clientId)) await until(() => this.queue.blocked === 0, FINISH);
        }
        if (canUnblock && this.queue.blocked > 0) return done(); // had an answer and waits again: parked another time
        super.close();
        this.isParked = true;
        if (this.queue.blocked > 0) {
          // This closes our end only: what the server has sent already still arrives.
          raw?.end();
          if (raw && !(await until(() => raw.destroyed, GOODBYE))) raw.destroy();
        }
        this.#forget();
        done();
        await sleep(0); // libuv closes the descriptor in the loop's next turn
      }

      park(): void {
        super.close();
        this.isParked = true;
        this.#forget();
      }

      #forget(): void {
        super.destroySocket();
        this.queue.forgetConnection();
      }

      wake(): void {
        if (!this.isParked) return;
        this.isParked = false;
        this.#isWaking = true;
        super
          .connect()
          .catch(() => {}) // has been emitted: its own strategy has given up
          .finally(() => {
            this.#isWaking = false;
          });
      }

      /** Returns the stream, which node-redis keeps private: it corks the stream to write. */
      #raw(): Socket | undefined {
        return corkedBy(() => super.write([]));
      }
    },
  }[name] as SocketClass;
}
