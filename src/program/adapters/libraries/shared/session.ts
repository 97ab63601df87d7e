export interface Patterns {
  /** Matches a statement that changes a setting for the session. */
  setting: RegExp;
  /** Matches a statement whose effect ends with the connection, and which only the program can repeat. */
  lost: RegExp;
}

/** Matches the beginning of a transaction, in the SQL of every server. */
export const BEGINS = /^\s*(?:BEGIN|START\s+TRANSACTION)\b/i;

/** The statements of a session that a new connection must be told again. */
export class Session {
  readonly #patterns: Patterns;
  #settings: string[] = [];
  #lost: string | undefined;

  constructor(patterns: Patterns) {
    this.#patterns = patterns;
  }

  note(text: string): void {
    const { setting, lost } = this.#patterns;
    if (setting.test(text)) this.#settings = [...this.#settings.filter((each) => each !== text), text];
    else if (lost.test(text)) this.#lost = text;
  }

  forgetSettings(): void {
    this.#settings = [];
  }

  /** Lists the statements in the order in which to say them. */
  get statements(): string[] {
    return this.#settings;
  }

  /** Returns what cannot be made again; each once. */
  takeLost(): string | undefined {
    const lost = this.#lost;
    this.#lost = undefined;
    return lost;
  }
}
