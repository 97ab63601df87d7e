import { Settings } from './settings.ts';

export const redisSettings = (): Settings => new Settings(/^rediss?:\/\//i, /REDIS|VALKEY|CACHE/i, 6379);

/**
 * Commands that wait for other clients, perhaps for ever: they are no work in flight and are sent again after a
 * restore.
 */
const BLOCKING =
  /^(BLPOP|BRPOP|BRPOPLPUSH|BLMOVE|BLMPOP|BZPOPMIN|BZPOPMAX|BZMPOP|XREAD|XREADGROUP|WAIT|WAITAOF)$/i;
const READS_STREAM = /^XREAD/i;

export function isBlocking(name: string, args: readonly unknown[]): boolean {
  if (!BLOCKING.test(name)) return false;
  return !READS_STREAM.test(name) || args.some((each) => /^block$/i.test(String(each)));
}

const OPENS = /^(WATCH|MULTI)$/i;
const CLOSES = /^(EXEC|DISCARD|UNWATCH)$/i;

/**
 * The transaction of a connection. Between WATCH or MULTI and EXEC a connection must not be made anew: the server would
 * forget what is watched.
 */
export class Transaction {
  #open: object | undefined;

  note(name: string): void {
    if (OPENS.test(name)) this.#open ??= {};
    else if (CLOSES.test(name)) this.#open = undefined;
  }

  /** The open transaction: each has an object of its own. */
  get open(): object | undefined {
    return this.#open;
  }
}
