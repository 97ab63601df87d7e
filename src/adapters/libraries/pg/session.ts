/** `SET` for the session, not for a transaction. */
const SETTING = /^\s*(?:SET\s+(?!LOCAL\b|TRANSACTION\b|CONSTRAINTS\b)|RESET\s)/i;
const LISTEN = /^\s*LISTEN\s+("(?:[^"]|"")+"|[\w$]+)\s*;?\s*$/i;
const UNLISTEN = /^\s*UNLISTEN\s+("(?:[^"]|"")+"|[\w$]+|\*)\s*;?\s*$/i;
const RESET_ALL = /^\s*(?:DISCARD|RESET)\s+ALL\b/i;
const LOST = /\bpg_(?:try_)?advisory_lock|^\s*CREATE\s+(?:GLOBAL\s+|LOCAL\s+)?TEMP(?:ORARY)?\s/i;

/** What a connection has been told that a new one must be told again. */
export class Session {
  #settings: string[] = [];
  readonly #channels = new Map<string, string>();
  /** Something that dies with the connection and that only the program can make again. */
  lost: string | undefined;

  note(text: string): void {
    const [, channel] = LISTEN.exec(text) ?? [];
    const [, silenced] = UNLISTEN.exec(text) ?? [];
    if (channel !== undefined) this.#channels.set(channel, text);
    else if (silenced === '*') this.#channels.clear();
    else if (silenced !== undefined) this.#channels.delete(silenced);
    else if (RESET_ALL.test(text)) this.#settings = [];
    else if (SETTING.test(text)) this.#settings = [...this.#settings.filter((each) => each !== text), text];
    else if (LOST.test(text)) this.lost = text;
  }

  get listens(): boolean {
    return this.#channels.size > 0;
  }

  /** In the order in which to say them. */
  get statements(): string[] {
    return [...this.#settings, ...this.#channels.values()];
  }
}
