import type { Change } from '../../adapter.ts';

/** The settings that a connection is made with; every library has its own names for them. */
export interface Target {
  host?: string | undefined;
  port?: number | undefined;
  user?: string | undefined;
  password?: string | undefined;
  database?: string | undefined;
}

type Environment = NodeJS.ProcessEnv;

const FIELDS = ['host', 'port', 'user', 'password', 'database'] as const;

/** The settings that came from the environment at the checkpoint, which a restore takes from the new one. */
export class Settings {
  readonly #scheme: RegExp;
  readonly #names: RegExp;
  readonly #defaultPort: number;
  readonly #changes: { before: Environment; now: Environment }[] = [];

  /**
   * @param scheme of URLs for this kind of server
   * @param names of variables that can hold a single setting of it: two variables may have one value by chance
   */
  constructor(scheme: RegExp, names: RegExp, defaultPort: number) {
    this.#scheme = scheme;
    this.#names = names;
    this.#defaultPort = defaultPort;
  }

  noteChange({ restored, before, now }: Change): void {
    if (restored) this.#changes.push({ before, now: { ...now } });
  }

  /** @returns the new value if `url` was the whole value of a variable, else `url` */
  followUrl(url: string): string {
    return this.#changes.reduce(
      (value, change) => renamed(value, change, (name) => change.before[name] === value),
      url,
    );
  }

  /** @returns another path of a unix socket, if `socketPath` was the value of a variable for it */
  followPath(socketPath: string): { socketPath?: string } {
    const now = this.#changes.reduce(
      (value, change) =>
        renamed(value, change, (name) => /SOCK/i.test(name) && change.before[name] === value),
      socketPath,
    );
    return now === socketPath ? {} : { socketPath: now };
  }

  /** @returns what differs now, of settings that were the parts of a URL, or each the value of a variable */
  follow(target: Target): Target {
    let followed = target;
    for (const change of this.#changes)
      followed = { ...followed, ...(this.#byUrl(followed, change) ?? this.#byFields(followed, change)) };
    if (target.port !== undefined) followed = { ...followed, port: followed.port ?? this.#defaultPort };
    return Object.fromEntries(
      FIELDS.filter((field) => followed[field] !== target[field]).map((field) => [field, followed[field]]),
    ) as Target;
  }

  /** Returns the target as the URL of now says it, if a variable held it as a URL and has another value now. */
  #byUrl(target: Target, change: { before: Environment; now: Environment }): Target | undefined {
    const is = (name: string): boolean => {
      const parts = this.parse(change.before[name]);
      return parts !== undefined && this.#isSame(parts, target);
    };
    return this.parse(renamed(undefined, change, is));
  }

  #isSame(parts: Target, target: Target): boolean {
    return FIELDS.every((field) => {
      if (!(field in target)) return true;
      if (field === 'port')
        return (parts.port ?? this.#defaultPort) === Number(target.port ?? this.#defaultPort);
      return (parts[field] ?? '') === String(target[field] ?? '');
    });
  }

  #byFields(target: Target, change: { before: Environment; now: Environment }): Target {
    const found: Target = {};
    for (const field of FIELDS) {
      const value = target[field];
      if (value === undefined || value === null) continue;
      const is = (name: string) =>
        this.#names.test(name) && HINTS[field].test(name) && change.before[name] === String(value);
      const now = renamed(undefined, change, is);
      if (now !== undefined) Object.assign(found, { [field]: field === 'port' ? Number(now) : now });
    }
    return found;
  }

  /** @returns undefined if the text is no URL for this kind of server */
  parse(text: string | undefined): Target | undefined {
    if (text === undefined || !this.#scheme.test(text) || !URL.canParse(text)) return undefined;
    const url = new URL(text);
    const part = (value: string | null) => (value ? decodeURIComponent(value) : undefined);
    return {
      host: part(url.searchParams.get('host')) ?? part(url.hostname.replace(/^\[|\]$/g, '')),
      port: Number(url.searchParams.get('port') ?? url.port) || undefined,
      user: part(url.username),
      password: part(url.password),
      database: part(url.pathname.slice(1)),
    };
  }
}

/** Ends of names of variables, by the setting that they hold. */
const HINTS: Record<(typeof FIELDS)[number], RegExp> = {
  host: /(HOST|HOSTNAME|SERVER|ADDR|ADDRESS)$/i,
  port: /PORT$/i,
  user: /(USER|USERNAME|LOGIN)$/i,
  password: /(PASSWORD|PASS|PWD|SECRET)$/i,
  database: /(DATABASE|DB|NAME|SCHEMA)$/i,
};

/** Returns the new value of the variables that `is` holds for, if they agree on one and it differs from before. */
function renamed<T>(
  none: T,
  { before, now }: { before: Environment; now: Environment },
  is: (name: string) => boolean,
): string | T {
  const values = new Set(
    Object.keys(before)
      .filter((name) => now[name] !== undefined && now[name] !== before[name] && is(name))
      .map((name) => now[name] as string),
  );
  return values.size === 1 ? ([...values][0] as string) : none;
}
