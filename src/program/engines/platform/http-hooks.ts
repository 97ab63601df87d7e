import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { isLocalCaller } from '../../frameworks/local-caller.ts';
import { restoredWith } from './fixups.ts';
import type { Turning } from './points/point.ts';

type Emit = (this: Server, event: string, ...words: unknown[]) => boolean;
type Answer = (status: number, text: string) => void;
type Begin = (point: Turning) => Promise<void>;

/** Headers that AWS's Lambda Web Adapter puts on requests of visitors, and never on its own. */
const OF_VISITORS = ['x-amzn-request-context', 'x-amzn-lambda-context', 'x-amzn-trace-id'];

interface Paths {
  before: string | undefined;
  after: string | undefined;
  /** The token that a caller must send; undefined where it cannot send one, and is believed by where it comes from. */
  token: string | undefined;
}

function paths(environment: NodeJS.ProcessEnv): Paths | undefined {
  const token = environment.CRAC_NOTIFY_TOKEN || undefined;
  const before = environment.CRAC_BEFORE_CHECKPOINT_PATH || undefined;
  const after = environment.CRAC_AFTER_RESTORE_PATH || undefined;
  if (before !== undefined || after !== undefined) {
    if (token !== undefined) return { before, after, token };
    throw new Error(
      'CRAC_BEFORE_CHECKPOINT_PATH and CRAC_AFTER_RESTORE_PATH need CRAC_NOTIFY_TOKEN, or any visitor could call the hooks',
    );
  }
  const { AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH, AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH } = environment;
  if (!AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH && !AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH) return undefined;
  return {
    before: AWS_LWA_SNAPSTART_BEFORE_CHECKPOINT_PATH || undefined,
    after: AWS_LWA_SNAPSTART_AFTER_RESTORE_PATH || undefined,
    token,
  };
}

/** Answers two POSTs to the program's own server, before the program sees them: Lambda Web Adapter's, or a script's. */
export function answerHooks(begin: Begin, record: string): void {
  const wanted = paths(process.env);
  if (wanted === undefined) return;
  const http = require('node:http') as typeof import('node:http');
  const hooks = new HttpHooks(wanted, begin, record);
  const { prototype } = http.Server as unknown as { prototype: { emit: Emit } };
  const { emit } = prototype;
  prototype.emit = function (event, ...words) {
    if (event !== 'request') return Reflect.apply(emit, this, [event, ...words]);
    const [request, response] = words as [IncomingMessage, ServerResponse];
    return hooks.take(request, response) || Reflect.apply(emit, this, [event, ...words]);
  };
}

class HttpHooks {
  readonly #paths: Paths;
  readonly #begin: Begin;
  readonly #record: string;
  /** Lets the program go on, while it stands still, or rather lets nothing begin. */
  #goOn: ((answer: Answer) => void) | undefined;
  #isBusy = false;

  constructor(wanted: Paths, begin: Begin, record: string) {
    this.#paths = wanted;
    this.#begin = begin;
    this.#record = record;
  }

  /** @returns false where the request is the program's own, as for a visitor who has guessed the path */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const { before, after } = this.#paths;
    if (request.method !== 'POST' || (request.url !== before && request.url !== after)) return false;
    if (!this.#isFromPlatform(request)) return false;
    request.resume();
    const answer: Answer = (status, text) => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' });
      response.end(text);
    };
    if (request.url === before) this.#beforeCheckpoint(answer);
    else this.#afterRestore(answer);
    return true;
  }

  #isFromPlatform({ socket, headers }: IncomingMessage): boolean {
    if (this.#paths.token !== undefined) return isEqual(headers.authorization, `Bearer ${this.#paths.token}`);
    if (OF_VISITORS.some((name) => headers[name] !== undefined)) return false;
    const isEmpty =
      headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
    return isEmpty && isLocalCaller(socket, headers);
  }

  #beforeCheckpoint(answer: Answer): void {
    if (this.#isBusy) {
      answer(409, 'the program has let go already\n');
      return;
    }
    this.#isBusy = true;
    let tell: Answer | undefined = answer;
    const say: Answer = (status, text) => {
      tell?.(status, text);
      tell = undefined;
    };
    const point: Turning = {
      ready: async () => {},
      wait: () =>
        new Promise((resolve) => {
          this.#goOn = (after) => {
            this.#goOn = undefined;
            tell = after;
            resolve(restoredWith(this.#record));
          };
          say(200, '');
        }),
    };
    this.#begin(point)
      .then(
        () => say(200, ''),
        (error: unknown) => say(500, `${textOf(error)}\n`),
      )
      .finally(() => {
        this.#isBusy = false;
        this.#goOn = undefined;
      });
  }

  #afterRestore(answer: Answer): void {
    if (this.#goOn === undefined) answer(409, 'the program has not let go: before-checkpoint comes first\n');
    else this.#goOn(answer);
  }
}

function isEqual(given: string | undefined, wanted: string): boolean {
  const { timingSafeEqual } = require('node:crypto') as typeof import('node:crypto');
  const [one, other] = [Buffer.from(given ?? ''), Buffer.from(wanted)];
  return one.length === other.length && timingSafeEqual(one, other);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
