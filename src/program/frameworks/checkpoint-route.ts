import { headline } from '../../shared/errors/brand.ts';
import { CheckpointError, NotImplementedError, RestoreError, toError } from '../../shared/errors/classes.ts';
import { checkpointRestore, isImplemented, restoreTime, uptimeSinceRestore } from '../coordination/core.ts';
import { type CheckpointOptions, sharedRuntime } from '../coordination/runtime.ts';
import { asking } from './admission.ts';
import { type CallerSocket, isLocalCaller } from './local-caller.ts';

const { setImmediate } = globalThis; // the program may have timers of its own

/** A request as every framework can show it. */
export interface RouteRequest {
  readonly method?: string | undefined;
  /** The headers by their names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly socket?: CallerSocket | undefined;
}

export interface CheckpointRouteOptions extends CheckpointOptions {
  /**
   * Tells who may ask. Default: this machine itself, through a loopback address or a unix socket, by no proxy and no
   * browser.
   */
  allow?(request: RouteRequest): boolean;
  /** Called with the error of a checkpoint that failed. Default: its message goes to standard error. */
  onError?(error: Error): void;
}

export interface RouteAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The route by which `POST` begins a checkpoint and `GET` tells how things are; the same for all frameworks. */
export class CheckpointRoute {
  readonly #options: CheckpointRouteOptions;
  #lastError: Error | undefined;
  #begun = false;

  constructor(options: CheckpointRouteOptions = {}) {
    this.#options = options;
  }

  answer(request: RouteRequest): RouteAnswer {
    const { allow = ({ socket, headers }) => isLocalCaller(socket, headers) } = this.#options;
    if (!allow(request))
      return refusal(403, 'Only this machine itself may ask: call a loopback address, without a proxy.');
    if (request.method === 'GET' || request.method === 'HEAD')
      return { status: 200, headers: {}, body: this.#state() };
    if (request.method !== 'POST')
      return refusal(405, 'Use POST to make a checkpoint, GET for the state.', { allow: 'GET, HEAD, POST' });
    if (!isImplemented()) return refusal(501, new NotImplementedError().message);
    if (this.#isGoingOn) return refusal(409, 'A checkpoint is going on already.', { 'retry-after': '1' });
    this.#begun = true;
    // The answer is written in this turn; the checkpoint waits until it has left.
    setImmediate(() => this.#begin());
    return { status: 202, headers: {}, body: { message: 'The checkpoint has begun.', pid: process.pid } };
  }

  get #isGoingOn(): boolean {
    const { checkpointing, requested } = sharedRuntime();
    return this.#begun || checkpointing || requested;
  }

  async #begin(): Promise<void> {
    const { allow: _, onError = (error) => console.error(error.message), ...options } = this.#options;
    this.#lastError = undefined;
    asking.byRoute = true;
    try {
      await checkpointRestore(options);
    } catch (error) {
      this.#lastError = toError(error);
    } finally {
      asking.byRoute = false;
      this.#begun = false;
    }
    if (this.#lastError) onError(this.#lastError);
  }

  #state(): Record<string, unknown> {
    const restored = restoreTime();
    return {
      implemented: isImplemented(),
      checkpointing: this.#isGoingOn,
      restoredAt: restored < 0 ? null : new Date(restored).toISOString(),
      uptimeSinceRestore: restored < 0 ? null : uptimeSinceRestore(),
      lastError: this.#lastError ? shown(this.#lastError) : null,
    };
  }
}

function shown(error: Error): Record<string, unknown> {
  const inner = error instanceof CheckpointError || error instanceof RestoreError ? error.errors : [];
  return { code: (error as { code?: string }).code, message: error.message, errors: inner.map(headline) };
}

const refusal = (status: number, message: string, headers: Record<string, string> = {}): RouteAnswer => ({
  status,
  headers,
  body: { statusCode: status, message },
});
