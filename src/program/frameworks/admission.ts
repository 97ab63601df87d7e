import { HttpRequests } from '../adapters/http-requests.ts';
import type { Resource } from '../coordination/resource.ts';
import { sharedRuntime } from '../coordination/runtime.ts';

export interface AdmissionOptions {
  /** The value of the `Retry-After` header of the refusals, in seconds. Default 1. */
  retryAfter?: number;
}

export type Admission = 'admit' | 'refuse' | 'hold';

const STEP = 2;

/** The sign of the route that makes checkpoints: it has answered, so no request in flight is the one that asks. */
export const asking = { byRoute: false };

// A program's fake timers must not hold requests for ever.
const { setTimeout } = globalThis;

/**
 * The decision which requests come in while a checkpoint is going on. Before the dump they are refused: the program may
 * be gone before they are done. After it they are held until every `afterRestore` has run, which is when pools are
 * there again.
 */
export class Doorkeeper implements Resource {
  readonly name: string;
  readonly retryAfter: string;
  readonly #runtime = sharedRuntime();
  readonly #requests: HttpRequests | undefined;
  #registered = false;

  /** @param name of the framework, for errors */
  constructor(name: string, { retryAfter = 1 }: AdmissionOptions = {}) {
    this.name = name;
    this.retryAfter = String(retryAfter);
    // Where nothing can be checkpointed, nothing is counted.
    if (this.#runtime.engine) this.#requests = new HttpRequests();
  }

  /** Finishes requests in flight before the program's own hooks close what they need. */
  beforeCheckpoint(): Promise<void> | undefined {
    return this.#requests?.settled(this.#runtime.requested && !asking.byRoute);
  }

  /**
   * Registers itself with the first request: resources that the program registered while it started are older, so their
   * hooks come after ours.
   */
  admission(): Admission {
    if (!this.#registered && this.#requests) {
      this.#registered = true;
      this.#runtime.globalContext.register(this);
    }
    if (!this.#runtime.checkpointing) return 'admit';
    return this.#runtime.resuming ? 'hold' : 'refuse';
  }

  /** Settles when the hooks have run. Each of them has a time limit, so this ends. */
  async held(): Promise<void> {
    while (this.#runtime.resuming) await new Promise((resolve) => setTimeout(resolve, STEP));
  }
}

/** The body of a refusal, in the shape that Fastify and Nest use. */
export const REFUSAL = {
  statusCode: 503,
  code: 'ERR_CRAC_CHECKPOINT_IN_PROGRESS',
  error: 'Service Unavailable',
  message: 'A checkpoint of this program is being made. Try again.',
} as const;
