import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, EXIT } from '../base/command-error.ts';
import { type Credentials, credentialsFor } from './credentials.ts';
import { baseOf, type Reference } from './reference.ts';

export interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
  /** Statuses besides 2xx that the caller knows what to do with. */
  expect?: readonly number[];
  /** The number of attempts; default: 4. */
  attempts?: number;
}

const ATTEMPTS = 4;
/** The longest wait in seconds that a registry may ask for. */
const LONGEST_WAIT = 30;

/** A client of one repository of a registry, by the OCI distribution specification, as whoever is logged in. */
export class RegistryClient {
  readonly reference: Reference;
  readonly #base: string;
  readonly #actions: string;
  readonly #signal: AbortSignal | undefined;
  #authorization: string | undefined;
  #credentials: Credentials | undefined | 'unknown' = 'unknown';

  /** @param actions what it will do: `pull`, or `pull,push` */
  constructor(reference: Reference, actions: string, plainHttp: boolean, signal?: AbortSignal) {
    this.reference = reference;
    this.#base = baseOf(reference, plainHttp);
    this.#actions = actions;
    this.#signal = signal;
  }

  /** @param path below `/v2/NAME/`, or a whole address that the registry has named */
  async ask(path: string, asked: Asked = {}): Promise<Response> {
    const url = new URL(path, `${this.#base}/v2/${this.reference.name}/`);
    for (let attempt = 1, asksAgain = true; ; attempt++) {
      const answer = await this.#once(url, asked, attempt);
      if (answer === undefined) continue;
      if (answer.ok || asked.expect?.includes(answer.status)) return answer;
      if (answer.status === 401 && asksAgain) {
        asksAgain = false;
        await this.#logIn(answer);
        continue;
      }
      throw await this.#refusal(answer, url);
    }
  }

  /** @returns undefined where it is worth to try again */
  async #once(url: URL, asked: Asked, attempt: number): Promise<Response | undefined> {
    const mine = url.origin === new URL(this.#base).origin;
    try {
      const answer = await fetch(url, {
        method: asked.method ?? 'GET',
        headers: {
          ...asked.headers,
          ...(mine && this.#authorization !== undefined && { authorization: this.#authorization }),
        },
        ...(asked.body !== undefined && { body: asked.body }),
        ...(this.#signal && { signal: this.#signal }),
      });
      if (answer.status !== 429 && answer.status < 500) return answer;
      if (attempt >= (asked.attempts ?? ATTEMPTS)) return answer;
      await answer.body?.cancel();
      await this.#wait(attempt, Number(answer.headers.get('retry-after')));
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (attempt >= (asked.attempts ?? ATTEMPTS)) throw unreachable(this.reference, error as Error);
      await this.#wait(attempt);
    }
    return undefined;
  }

  #wait(attempt: number, asked = 0): Promise<void> {
    const seconds = asked > 0 ? Math.min(asked, LONGEST_WAIT) : 0.2 * 3 ** (attempt - 1);
    return sleep(seconds * 1000, undefined, this.#signal && { signal: this.#signal });
  }

  async #logIn(refused: Response): Promise<void> {
    const challenge = refused.headers.get('www-authenticate') ?? '';
    await refused.body?.cancel();
    if (this.#credentials === 'unknown') this.#credentials = credentialsFor(this.reference.registry);
    const { user = '', secret = '', isIdentityToken = false } = this.#credentials ?? {};
    const basic = `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
    if (/^basic\b/i.test(challenge)) {
      if (this.#credentials) this.#authorization = basic;
      return;
    }
    const realm = challenge.match(/realm="([^"]+)"/)?.[1];
    if (!/^bearer\b/i.test(challenge) || realm === undefined || !URL.canParse(realm)) return;
    const url = new URL(realm);
    if (url.protocol !== 'https:' && !this.#base.startsWith('http:'))
      throw new CommandError(
        `${this.reference.registry} wants credentials to be sent to ${url.origin} without TLS: not done. Use a registry whose tokens come over https`,
        EXIT.failed,
      );
    const asked = {
      service: challenge.match(/service="([^"]*)"/)?.[1] ?? this.reference.registry,
      scope: `repository:${this.reference.name}:${this.#actions}`,
    };
    const answer = isIdentityToken
      ? await this.#token(url, {
          method: 'POST',
          body: new URLSearchParams({
            ...asked,
            grant_type: 'refresh_token',
            client_id: 'crac',
            refresh_token: secret,
          }),
        })
      : await this.#token(
          withQuery(url, asked),
          this.#credentials ? { headers: { authorization: basic } } : {},
        );
    this.#authorization = `Bearer ${await this.#tokenIn(answer, url)}`;
  }

  async #token(url: URL, init: RequestInit): Promise<Response> {
    const answer = await fetch(url, { ...init, ...(this.#signal && { signal: this.#signal }) }).catch(
      (error) => {
        this.#signal?.throwIfAborted();
        throw unreachable(this.reference, error as Error);
      },
    );
    if (answer.ok) return answer;
    throw await this.#refusal(answer, url);
  }

  async #tokenIn(answer: Response, { origin, pathname }: URL): Promise<string> {
    const text = await answer.text();
    try {
      const { token, access_token: access } = JSON.parse(text) as Record<string, unknown>;
      const given = token ?? access;
      if (typeof given === 'string' && given !== '') return given;
    } catch {
      // What is no JSON has no token either.
    }
    throw new CommandError(
      `${origin}${pathname} gives no token for ${this.reference.registry}. Look whether that is the registry's own token server, or what stands before it`,
      EXIT.failed,
    );
  }

  async #refusal(answer: Response, url: URL): Promise<CommandError> {
    const said = (await answer.text().catch(() => '')).slice(0, 500);
    const { registry, name } = this.reference;
    if (answer.status === 401 || answer.status === 403)
      return new CommandError(
        `${registry} does not let ${this.#credentials ? 'this user' : 'one who is not logged in'} ${this.#actions} ${name} (${answer.status}). Log in with\n  docker login ${registry}`,
        EXIT.failed,
      );
    return new CommandError(
      `${registry} answers ${answer.status} to ${url.pathname}: ${messageOf(said) || answer.statusText || 'without a word'}. Try again later, or see the registry's log`,
      EXIT.failed,
    );
  }
}

function withQuery(url: URL, query: Record<string, string>): URL {
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

export class UnreachableError extends CommandError {}

function unreachable({ registry }: Reference, error: Error): UnreachableError {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  const why = cause?.message || cause?.code || error.message;
  const hint = /wrong version number|packet length|EPROTO/i.test(why)
    ? '. If it speaks HTTP without TLS, say\n  --plain-http'
    : '. Look whether its name is right and the network lets you there';
  return new UnreachableError(`cannot reach the registry ${registry}: ${why}${hint}`, EXIT.failed, {
    cause: error,
  });
}

/** Reads the message of an error in the specification's form. */
function messageOf(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    return (errors ?? []).map(({ code, message }) => message || code).join('; ');
  } catch {
    return text.replaceAll(/\s+/g, ' ').trim();
  }
}
