import { isBlocking, Transaction } from '../shared/redis.ts';
import type { Target } from '../shared/settings.ts';

export type Arguments = readonly (string | Buffer)[];

/** What this adapter uses of node-redis' queue of commands. */
export interface Queue {
  addCommand(args: Arguments, options?: { asap?: boolean }): Promise<unknown>;
  flushWaitingForReply(error: Error): void;
  isEmpty(): boolean;
  resetDecoder(): void;
}

export type QueueClass = new (...words: unknown[]) => Queue;

/** Why a blocking command has no answer: it is sent again. */
export const LET_GO = new Error('the connection was let go for a checkpoint');

export interface WatchedQueue extends Queue {
  /** Each command that waits for its answer, with its name; those that wait for other clients are left out. */
  readonly waiting: ReadonlyMap<object, string>;
  readonly transaction: object | undefined;
  /** How many wait for other clients, with BLPOP and the like. */
  readonly blocked: number;
  /** What a new connection logs in with, where that is not `given` any more. */
  login: (given: Target) => Target;
}

/** @param made is told of each queue: its client makes a socket next */
export function watchQueues(Base: QueueClass, made: (queue: WatchedQueue) => void): QueueClass {
  const { name } = Base;
  return {
    [name]: class extends Base implements WatchedQueue {
      readonly waiting = new Map<object, string>();
      readonly #transaction = new Transaction();
      blocked = 0;
      login: (given: Target) => Target = () => ({});

      constructor(...words: unknown[]) {
        super(...words);
        made(this);
      }

      get transaction(): object | undefined {
        return this.#transaction.open;
      }

      override addCommand(args: Arguments, options?: { asap?: boolean }): Promise<unknown> {
        const [command = ''] = args;
        this.#transaction.note(String(command));
        if (isBlocking(String(command), args)) return this.#untilAnswered(args, options);
        const sent = super.addCommand(withLogin(args, this.login), options);
        const piece = {};
        this.waiting.set(piece, String(command));
        const done = () => this.waiting.delete(piece);
        sent.then(done, done);
        return sent;
      }

      async #untilAnswered(args: Arguments, options?: { asap?: boolean }): Promise<unknown> {
        this.blocked++;
        try {
          for (;;) {
            try {
              return await super.addCommand(args, options);
            } catch (error) {
              if (error !== LET_GO) throw error;
            }
          }
        } finally {
          this.blocked--;
        }
      }
    },
  }[name] as QueueClass;
}

/** The words with which a connection begins, with the new settings in the place of the old ones. */
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
