import type { Place } from '../crac.ts';

/** A published application: how it is started, and used over HTTP as its users do. */
export interface Application {
  readonly port: number;
  /** The path of a request that is answered as soon as it serves. */
  readonly ready: string;
  /** Writes what a user would write into this place, and returns the words after `crac run`. */
  begin(place: Place): { words: string[]; env: Record<string, string> };
  /** Logs in; the token is a secret that the application makes at random. Absent where nobody needs to. */
  login?(port: number): Promise<string>;
  /** The number of users that log in to a copy at once. */
  readonly logins: number;
  /** Makes something of this name, and returns its id, which no two copies give to two things. */
  create(port: number, token: string, name: string): Promise<string>;
  /** Returns what was made under this id, as the application shows it. */
  read(port: number, token: string, id: string): Promise<unknown>;
  /** Requests of the load: paths that anybody may read. */
  readonly paths: readonly string[];
  /** Makes something for the load. */
  make?(port: number): Promise<unknown>;
  /** Returns how often it was made, as the program on this port knows it. */
  count?(port: number): Promise<number>;
  /** Returns lines of its log that do not stand once in what the program and its copies have printed. */
  wrongLines?(output: string): string[];
  /** The headers that requests to `ready` and `paths` need. */
  readonly headers?: Record<string, string>;
  /** Options of `crac build`: what it asks before the checkpoint. */
  readonly warm: readonly string[];
  /** Opens a connection that stays; `closed` resolves with the code with which the server closes it. */
  connect?(port: number, token: string): Promise<{ closed: Promise<number> }>;
  /**
   * Returns a directory that no two copies may share: the second gets one with the same content, under the same name.
   */
  readonly own?: (place: Place) => string;
  /** Returns the variables that differ in the environment of the second copy. */
  other?(): Record<string, string>;
  /** Returns what each of two copies has stored for itself, where they do not share a store. */
  stored?(place: Place): [first: string, second: string];
  /** The signal that does to it what it does to any program: it was not written to handle one. */
  readonly diesBy?: NodeJS.Signals;
  /** Returns what the server behind it complains of since it was asked last. */
  complaints?(): string[];
  close?(): Promise<void>;
}

/** @throws when the answer is not a good one: nothing that a user would see as an error passes */
export async function ask(
  port: number,
  path: string,
  { headers, ...init }: RequestInit & { headers?: Record<string, string> } = {},
): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    ...init,
    headers: { connection: 'close', ...headers },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${path}: ${response.status} ${text}`);
  return text;
}

export const askJson = async <T>(
  port: number,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  method = body === undefined ? 'GET' : 'POST',
): Promise<T> =>
  JSON.parse(
    await ask(port, path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  ) as T;
