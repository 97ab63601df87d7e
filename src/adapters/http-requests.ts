import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';

/** Milliseconds that requests in flight are given; a longer one sees its connection end with the checkpoint. */
const LIMIT = 5000;
/** Milliseconds for the last one of a checkpoint that the program asked for: it may be the one that asks. */
const ASKING = 250;
const STEP = 5;

// A program's fake timers must not hold up a checkpoint.
const { setTimeout } = globalThis;

/** Put at a response that stays open until there is something to tell. */
export const WAITING = Symbol.for('node-crac.waiting');

/** An answer that has no end by its nature is not waited for. */
function isEndless(response: ServerResponse): boolean {
  if (WAITING in response) return true;
  return /^text\/event-stream/i.test(String(response.getHeader('content-type') ?? ''));
}

/** Requests that are watched elsewhere (http2-streams.ts). */
interface OtherRequests {
  readonly all: number;
  /** Those that have an end. */
  readonly finite: number;
}

/**
 * HTTP requests in flight are finished before the dump, which would close their connections under them. Node tells of
 * each request of HTTP/1 on a diagnostics channel, so nothing is patched and http is not loaded for it.
 */
export class HttpRequests {
  readonly #active = new Set<ServerResponse>();
  readonly #streams: OtherRequests;

  /** @param streams those of HTTP/2, where somebody watches them */
  constructor(streams: OtherRequests = { all: 0, finite: 0 }) {
    this.#streams = streams;
    subscribe('http.server.request.start', (message) => {
      const { response } = message as { response: ServerResponse };
      this.#active.add(response);
      // Also for a request that the client gives up.
      response.once('close', () => this.#active.delete(response));
    });
  }

  get count(): number {
    return this.#active.size + this.#streams.all;
  }

  #finite(): number {
    return [...this.#active].filter((response) => !isEndless(response)).length + this.#streams.finite;
  }

  /**
   * Settles when none is in flight, or when the time is over.
   * @param askedByProgram the program itself asks for the checkpoint, perhaps from within a request, which then waits for us
   */
  async settled(askedByProgram: boolean): Promise<void> {
    const began = Date.now();
    const waited = () => Date.now() - began;
    while (this.#finite() > 0 && waited() < LIMIT) {
      if (askedByProgram && this.#finite() === 1 && waited() > ASKING) return;
      await new Promise((resolve) => setTimeout(resolve, STEP));
    }
  }
}
