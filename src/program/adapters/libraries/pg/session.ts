import { Session } from '../shared/session.ts';

const PATTERNS = {
  // Settings for the session, not those for a transaction.
  setting: /^\s*(?:SET\s+(?!LOCAL\b|TRANSACTION\b|CONSTRAINTS\b)|RESET\s)/i,
  lost: /\bpg_(?:try_)?advisory_lock|^\s*CREATE\s+(?:GLOBAL\s+|LOCAL\s+)?TEMP(?:ORARY)?\s/i,
};
const LISTEN = /^\s*LISTEN\s+("(?:[^"]|"")+"|[\w$]+)\s*;?\s*$/i;
const UNLISTEN = /^\s*UNLISTEN\s+("(?:[^"]|"")+"|[\w$]+|\*)\s*;?\s*$/i;
const RESET_ALL = /^\s*(?:DISCARD|RESET)\s+ALL\b/i;

/** The settings of a session, and the channels that it listens to. */
export class PgSession extends Session {
  readonly #channels = new Map<string, string>();

  constructor() {
    super(PATTERNS);
  }

  override note(text: string): void {
    const [, channel] = LISTEN.exec(text) ?? [];
    const [, silenced] = UNLISTEN.exec(text) ?? [];
    if (channel !== undefined) this.#channels.set(channel, text);
    else if (silenced === '*') this.#channels.clear();
    else if (silenced !== undefined) this.#channels.delete(silenced);
    else if (RESET_ALL.test(text)) this.forgetSettings();
    else super.note(text);
  }

  get listens(): boolean {
    return this.#channels.size > 0;
  }

  override get statements(): string[] {
    return [...super.statements, ...this.#channels.values()];
  }
}
