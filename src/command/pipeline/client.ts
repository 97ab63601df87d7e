import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { nameOf, type WarmRequest } from './requests.ts';

export interface Answer {
  status: number;
  statusText: string;
  headers: [name: string, value: string][];
  /** The SHA-256 of the whole body, in hexadecimal. */
  digest: string;
  /** The first bytes of the body, to show and to look for values in. */
  body: Buffer;
  /** The bytes of the whole body. */
  size: number;
  /** The time in milliseconds from the request to the last byte. */
  took: number;
}

export const textOf = ({ body }: Answer): string => body.toString('utf8');

/** The number of bytes of a body that are kept. */
const KEPT = 1024 * 1024;

/** The time in milliseconds in which something must come. */
const LONGEST = 30_000;

/**
 * The time in milliseconds for a whole answer: one that never ends, as a stream of events, would be waited for without
 * end.
 */
const LONGEST_WHOLE = 120_000;

/** The error of a request that got no answer; `code` is the system's. */
export class NoAnswerError extends Error {
  readonly code: string;

  constructor(
    request: WarmRequest,
    readonly url: URL,
    cause: NodeJS.ErrnoException,
  ) {
    super(`${nameOf(request)}: no answer from ${url.origin}: ${cause.message}`, { cause });
    this.name = 'NoAnswerError';
    this.code = cause.code ?? 'ERR_NO_ANSWER';
  }
}

/** A client of the program that is built, over connections that are kept for the next request. */
export class Client {
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true }),
    // The program's own certificate is for its names, not for this machine's loopback.
    'https:': new https.Agent({ keepAlive: true, rejectUnauthorized: false }),
  };
  readonly base: URL | undefined;
  readonly #signal: AbortSignal;
  readonly #published: ReadonlyMap<number, number>;

  /** @param published where a port of the program is reached, for one in a network of its own */
  constructor(
    base: URL | undefined,
    signal: AbortSignal,
    published: ReadonlyMap<number, number> = new Map(),
  ) {
    this.base = base;
    this.#published = published;
    this.#signal = signal;
    setMaxListeners(0, signal); // one for each request in flight
  }

  urlOf({ target }: WarmRequest): URL {
    return new URL(target, this.base);
  }

  /** @throws NoAnswerError; AbortError */
  async ask(request: WarmRequest): Promise<Answer> {
    const url = this.urlOf(request);
    try {
      return await this.#once(url, request);
    } catch (error) {
      if (this.#signal.aborted) throw this.#signal.reason;
      // The server closed a kept connection while the request was on its way: the request was not seen.
      if (error instanceof StaleConnection) return await this.#once(url, request);
      throw new NoAnswerError(request, url, error as NodeJS.ErrnoException);
    }
  }

  #once(url: URL, { method, headers, body }: WarmRequest): Promise<Answer> {
    const secure = url.protocol === 'https:';
    const agent = this.#agents[secure ? 'https:' : 'http:'];
    const began = performance.now();
    const detour = this.#detour(url);
    return new Promise((resolve, reject) => {
      const signal = this.#signal;
      const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const sent = (secure ? https : http).request(
        url,
        {
          method,
          ...detour,
          headers: { ...length, ...(detour && { host: url.host }), ...headers },
          agent,
          signal,
          timeout: LONGEST,
        },
        (response) => {
          const hash = createHash('sha256');
          const parts: Buffer[] = [];
          let size = 0;
          response.on('data', (part: Buffer) => {
            hash.update(part);
            if (size < KEPT) parts.push(part);
            size += part.length;
          });
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              statusText: response.statusMessage ?? '',
              headers: pairs(response.rawHeaders),
              digest: hash.digest('hex'),
              body: Buffer.concat(parts).subarray(0, KEPT),
              size,
              took: performance.now() - began,
            }),
          );
        },
      );
      const whole = setTimeout(
        () => sent.destroy(new Error(`the answer did not end within ${LONGEST_WHOLE / 1000} s`)),
        LONGEST_WHOLE,
      ).unref();
      sent.on('close', () => clearTimeout(whole));
      sent.on('timeout', () => sent.destroy(new Error(`nothing came for ${LONGEST / 1000} s`)));
      sent.on('error', (error: NodeJS.ErrnoException) =>
        reject(sent.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection() : error),
      );
      sent.end(body);
    });
  }

  /** Returns another address to connect to, while the program sees the address that was asked for. */
  #detour({ port, protocol }: URL): http.RequestOptions | undefined {
    const published = this.#published.get(Number(port || (protocol === 'https:' ? 443 : 80)));
    return published === undefined
      ? undefined
      : { host: '127.0.0.1', hostname: '127.0.0.1', port: published };
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}

const pairs = (raw: string[]): [string, string][] =>
  raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []));

class StaleConnection extends Error {}

export const isGood = (request: WarmRequest, { status }: Answer): boolean =>
  request.expect === undefined ? status >= 200 && status < 400 : status === request.expect;

/** Shortens a body to what a person needs to see of it in a message. */
export function excerpt(text: string, lines = 5, columns = 160): string {
  const all = text.trim().split('\n');
  const shown = all
    .slice(0, lines)
    .map((line) => (line.length > columns ? `${line.slice(0, columns)}…` : line));
  return [...shown, ...(all.length > lines ? ['…'] : [])].map((line) => `  ${line}`).join('\n');
}
