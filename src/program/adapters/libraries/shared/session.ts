export interface Patterns {
  /** What changes a setting for the session. */
  setting: RegExp;
  /** What ends with the connection and only the program can make again. */
  lost: RegExp;
}

/** Begins a transaction, in the SQL of every server. */
export const BEGINS = /^\s*(?:BEGIN|START\s+TRANSACTION)\b/i;

/** What a connection has been told that a new one must be told again. */
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

  /** In the order in which to say them. */
  get statements(): string[] {
    return this.#settings;
  }

  /** Something that is not made again; told once. */
  takeLost(): string | undefined {
    const lost = this.#lost;
    this.#lost = undefined;
    return lost;
  }
}
