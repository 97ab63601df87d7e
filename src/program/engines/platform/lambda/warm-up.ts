import { readFileSync } from 'node:fs';
import type { RequestOptions, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { EngineError } from '../../../../shared/errors/index.ts';
import { PATHS } from './runtime-api.ts';

const PREFIX = 'crac-warm-up-';
const SECONDS_EACH = 60;

interface Event {
  body: string;
  headers: Record<string, string>;
}

/**
 * The sample events that the handler gets before the snapshot, as if Lambda had sent them: then compiled code and
 * filled caches are in it. Their answers go nowhere; what the handler does for them it does for real.
 */
export class WarmUp {
  readonly #events: unknown[];
  #given = 0;
  #server: Server | undefined;

  constructor(events: unknown[]) {
    this.#events = events;
  }

  get hasMore(): boolean {
    return this.#given < this.#events.length;
  }

  next(): Event | undefined {
    if (!this.hasMore) {
      this.#server?.close();
      this.#server = undefined;
      return undefined;
    }
    const event = this.#events[this.#given++];
    return {
      body: JSON.stringify(event),
      headers: {
        'lambda-runtime-aws-request-id': `${PREFIX}${this.#given}`,
        'lambda-runtime-deadline-ms': String(Date.now() + SECONDS_EACH * 1000),
        'lambda-runtime-invoked-function-arn': `arn:aws:lambda:local:0:function:${process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'function'}`,
        'lambda-runtime-trace-id': '',
      },
    };
  }

  /** @returns whether this invocation was one of ours */
  ended(id: string, error?: string): boolean {
    if (!id.startsWith(PREFIX)) return false;
    if (error !== undefined)
      process.stderr.write(
        `crac: note: warm-up event ${id.slice(PREFIX.length)} failed in the handler: ${error}\n`,
      );
    return true;
  }

  /** Tells whether this path of the Runtime API is about one of our invocations. */
  owns(path: string): boolean {
    return path.startsWith(`${PATHS.invocation}${PREFIX}`);
  }

  /** Serves a Runtime API of our own on loopback, while there are events, for runtimes that speak HTTP by Node. */
  async serving(options: RequestOptions): Promise<RequestOptions> {
    this.#server ??= await this.#listen();
    return this.instead(options);
  }

  instead(options: RequestOptions): RequestOptions {
    return { ...options, host: '127.0.0.1', hostname: '127.0.0.1', port: this.#port };
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.#port}${path}`;
  }

  get #port(): number {
    return (this.#server?.address() as AddressInfo | null)?.port ?? 0;
  }

  #listen(): Promise<Server> {
    const { createServer } = require('node:http') as typeof import('node:http');
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        response.setHeader('connection', 'close');
        const event = request.url === PATHS.next ? this.next() : undefined;
        if (event) {
          response.writeHead(200, { 'content-type': 'application/json', ...event.headers }).end(event.body);
          return;
        }
        const [, id = '', what] = /\/invocation\/([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? [];
        this.ended(id, what === 'error' ? body : undefined);
        response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
        if (!this.hasMore) server.close();
      });
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(server.unref()));
    });
  }
}

/** @throws EngineError where the file is no list of events */
export function warmUpOf(environment: NodeJS.ProcessEnv): WarmUp | undefined {
  const { CRAC_LAMBDA_WARM_UP: file, LAMBDA_TASK_ROOT = '.' } = environment;
  if (!file) return undefined;
  const path = resolve(LAMBDA_TASK_ROOT, file);
  let events: unknown;
  try {
    events = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new EngineError(`CRAC_LAMBDA_WARM_UP: ${path}: ${(cause as Error).message}`, { cause });
  }
  if (!Array.isArray(events))
    throw new EngineError(`CRAC_LAMBDA_WARM_UP: ${path}: expected a JSON array of events for the handler`);
  return new WarmUp(events);
}
