import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { nameOf, type WarmRequest } from './requests.ts';

export interface Answer {
  status: number;
  statusText: string;
  /** SHA-256 of the whole body, hex. */
  digest: string;
  /** The first bytes of the body, to show. */
  text: string;
  /** Milliseconds from the request to the last byte. */
  took: number;
}

/** Bytes of a body that are kept to be shown. */
const SHOWN = 64 * 1024;

/** Milliseconds for one answer. */
const LONGEST = 30_000;

/** A request that got no answer; `code` is the system's. */
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

/** Talks to the program that is built, over connections that are kept for the next request. */
export class Client {
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true }),
    // The program's own certificate: for its names, not for this machine's loopback.
    'https:': new https.Agent({ keepAlive: true, rejectUnauthorized: false }),
  };
  readonly base: URL | undefined;
  readonly #signal: AbortSignal;

  constructor(base: URL | undefined, signal: AbortSignal) {
    this.base = base;
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
    return new Promise((resolve, reject) => {
      const signal = this.#signal;
      const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const sent = (secure ? https : http).request(
        url,
        { method, headers: { ...length, ...headers }, agent, signal, timeout: LONGEST },
        (response) => {
          const hash = createHash('sha256');
          const parts: Buffer[] = [];
          let kept = 0;
          response.on('data', (part: Buffer) => {
            hash.update(part);
            if (kept < SHOWN) parts.push(part);
            kept += part.length;
          });
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              statusText: response.statusMessage ?? '',
              digest: hash.digest('hex'),
              text: Buffer.concat(parts).subarray(0, SHOWN).toString('utf8'),
              took: performance.now() - began,
            }),
          );
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`nothing came for ${LONGEST / 1000} s`)));
      sent.on('error', (error: NodeJS.ErrnoException) =>
        reject(sent.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection() : error),
      );
      sent.end(body);
    });
  }

  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }
}

class StaleConnection extends Error {}

export const isGood = (request: WarmRequest, { status }: Answer): boolean =>
  request.expect === undefined ? status >= 200 && status < 400 : status === request.expect;

/** A body for a message: what a person needs to see of it. */
export function excerpt(text: string, lines = 5, columns = 160): string {
  const all = text.trim().split('\n');
  const shown = all
    .slice(0, lines)
    .map((line) => (line.length > columns ? `${line.slice(0, columns)}…` : line));
  return [...shown, ...(all.length > lines ? ['…'] : [])].map((line) => `  ${line}`).join('\n');
}
