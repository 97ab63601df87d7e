import type { Doors } from '../../doors.ts';
import { InOrder } from '../shared/gate.ts';
import { isBlocking, Transaction } from '../shared/redis.ts';
import type { Target } from '../shared/settings.ts';
import { isUnblocked } from '../shared/unblock.ts';

export type Arguments = readonly (string | Buffer)[];

/** node-redis' queue of commands, as far as this adapter uses it. */
export interface Queue {
  addCommand(args: Arguments, options?: { asap?: boolean }): Promise<unknown>;
  flushWaitingForReply(error: Error): void;
  isEmpty(): boolean;
  resetDecoder(): void;
}

export type QueueClass = new (...words: unknown[]) => Queue;

/** The reason why a blocking command has no answer: it is sent again. */
export const LET_GO = new Error('the connection was let go for a checkpoint');

export interface WatchedQueue extends Queue {
  /** The commands that wait for their answers, with their names, without those that wait for other clients. */
  readonly waiting: ReadonlyMap<object, string>;
  readonly transaction: object | undefined;
  /** The number of commands that wait for other clients, with BLPOP and the like. */
  readonly blocked: number;
  /** The number that the server has given to the connection, if something blocks on it. */
  readonly clientId: number | undefined;
  /** The words with which the client logs in. */
  readonly credentials: readonly string[] | undefined;
  /** Forgets a closed connection: what waited for an answer is told, and what blocks is sent again. */
  forgetConnection(): void;
  /** Settles when the connection has been let go of: until then unblocked commands wait with being sent again. */
  parking: Promise<void> | undefined;
  /** Returns what a new connection logs in with, where that is not `given` any more. */
  login: (given: Target) => Target;
}

/** The gate before the queues: what has waited there is written when `write` is called. */
interface Door {
  doors: Doors;
  write(queue: WatchedQueue): void;
}

/**
 * Watches node-redis' queues.
 * @param made is told of each queue: its client makes a socket next
 */
export function watchQueues(Base: QueueClass, made: (queue: WatchedQueue) => void, door: Door): QueueClass {
  const { name } = Base;
  return {
    [name]: class extends Base implements WatchedQueue {
      readonly waiting = new Map<object, string>();
      readonly #transaction = new Transaction();
      readonly #order = new InOrder();
      blocked = 0;
      clientId: number | undefined;
      credentials: readonly string[] | undefined;
      parking: Promise<void> | undefined;
      #asked = false;
      login: (given: Target) => Target = () => ({});

      constructor(...words: unknown[]) {
        super(...words);
        made(this);
      }

      get transaction(): object | undefined {
        return this.#transaction.open;
      }

      override addCommand(args: Arguments, options?: { asap?: boolean }): Promise<unknown> {
        const { ask, wait } = door.doors;
        if (!ask.isClosed && !this.#order.isWaiting) return this.#add(args, options);
        // Commands that a connection begins with are marked so: they never wait.
        const hold =
          options?.asap === true || this.transaction
            ? undefined
            : isBlocking(String(args[0]), args)
              ? wait
              : ask;
        return new Promise((resolve) => {
          const add = () => resolve(this.#add(args, options));
          const later = () => {
            add();
            door.write(this);
          };
          if (options?.asap === true || !this.#order.waits(hold, later)) add();
        });
      }

      #add(args: Arguments, options?: { asap?: boolean }): Promise<unknown> {
        const [command = ''] = args;
        this.#transaction.note(String(command));
        if (isBlocking(String(command), args)) return this.#untilAnswered(args, options);
        const words = withLogin(args, this.login);
        this.#noteBeginning(words);
        const sent = super.addCommand(words, options);
        const piece = {};
        this.waiting.set(piece, String(command));
        const done = () => this.waiting.delete(piece);
        sent.then(done, done);
        return sent;
      }

      forgetConnection(): void {
        this.#asked = false;
        this.clientId = undefined;
        this.flushWaitingForReply(LET_GO);
        this.resetDecoder();
      }

      /** Notes the words that a connection begins with; called for each connection. */
      #noteBeginning(words: Arguments): void {
        const [command, word] = words.map(String);
        if (command === 'HELLO' || (command === 'CLIENT' && word === 'SETINFO')) {
          this.#asked = false;
          this.clientId = undefined;
        }
        const login = loginIn(words);
        if (login) this.credentials = login;
      }

      /**
       * Asks for the connection's number now: once it blocks, nothing can be asked on it. (A user who may not ask has
       * none.)
       */
      #askId(): void {
        if (this.#asked) return;
        this.#asked = true;
        super.addCommand(['CLIENT', 'ID']).then(
          (id) => {
            this.clientId = Number(id);
          },
          () => {},
        );
      }

      async #untilAnswered(args: Arguments, options?: { asap?: boolean }): Promise<unknown> {
        this.blocked++;
        try {
          for (;;) {
            try {
              this.#askId();
              return await super.addCommand(args, options);
            } catch (error) {
              if (error !== LET_GO && !isUnblocked(error)) throw error;
              this.blocked--;
              await this.parking;
              this.blocked++;
            }
          }
        } finally {
          this.blocked--;
        }
      }
    },
  }[name] as QueueClass;
}

/** Returns the words with which a connection begins, with the new settings in the place of the old ones. */
function withLogin(args: Arguments, login: WatchedQueue['login']): Arguments {
  const [command, , keyword] = args;
  const at = command === 'HELLO' && keyword === 'AUTH' ? 3 : command === 'AUTH' && args.length === 3 ? 1 : -1;
  if (at > 0) {
    const [user, password] = args.slice(at, at + 2).map(String);
    const now = login({ user, password });
    return [
      ...args.slice(0, at),
      now.user ?? user,
      now.password ?? password,
      ...args.slice(at + 2),
    ] as Arguments;
  }
  if (command === 'AUTH') return ['AUTH', login({ password: String(args[1]) }).password ?? String(args[1])];
  if (command === 'SELECT') return ['SELECT', login({}).database ?? String(args[1])];
  return args;
}

/** Returns the words of AUTH, whichever command they come in. */
function loginIn(words: Arguments): readonly string[] | undefined {
  const [command, ...rest] = words.map(String);
  if (command === 'AUTH') return ['AUTH', ...rest];
  return command === 'HELLO' && rest[1] === 'AUTH' ? ['AUTH', ...rest.slice(2, 4)] : undefined;
}
