import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const { now: wallClock } = Date;

/**
 * The time in milliseconds that requests in flight are given; a longer request loses its connection with the
 * checkpoint.
 */
const LIMIT = 5000;
/**
 * The time in milliseconds without an answer after which waiting clients are let in: a request may wait for one of
 * them.
 */
const STUCK = 250;
/**
 * The time in milliseconds for the last request of a checkpoint that the program asked for: that request may be the one
 * that asks.
 */
const ASKING = 250;
const STEP = 5;

// A program's fake timers must not hold up a checkpoint.
const { setTimeout } = globalThis;

/** The mark on a response that stays open until there is something to tell. */
export const WAITING = Symbol.for('node-crac.waiting');

/** Node's own connection, as far as this file uses it; a connection that has become a WebSocket has no parser. */
interface HttpSocket {
  parser?: object | null;
  _handle?: { reading?: boolean; readStart(): void; readStop(): void } | null;
}

/** Tells whether an answer has no end by its nature, and is not waited for. */
function isEndless(response: ServerResponse): boolean {
  if (WAITING in response) return true;
  return /^text\/event-stream/i.test(String(response.getHeader('content-type') ?? ''));
}

/** Requests that are watched elsewhere (http2-streams.ts). */
interface OtherRequests {
  readonly all: number;
  /** Takes no more requests. */
  hold(): void;
  release(): void;
  /** The number of requests that have an end. */
  readonly finite: number;
}

/**
 * The HTTP requests in flight, which are finished before the dump closes their connections. Node announces each request
 * of HTTP/1 on a diagnostics channel, so nothing is patched and http is not loaded for it.
 */
export class HttpRequests {
  readonly #active = new Set<ServerResponse>();
  /** Connections that have had a request. */
  readonly #sockets = new Set<Socket>();
  readonly #stopped = new Set<Socket>();
  readonly #streams: OtherRequests | undefined;

  /** @param streams the requests of HTTP/2 */
  constructor(streams?: OtherRequests) {
    this.#streams = streams;
    subscribe('http.server.request.start', (message) => {
      const { response, socket } = message as { response: ServerResponse; socket: Socket };
      if (!this.#sockets.has(socket)) this.#note(socket);
      this.#active.add(response);
      // A client that gives up its request closes the response, too.
      response.once('close', () => this.#active.delete(response));
    });
  }

  #note(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** Stops reading connections on which nothing is being answered: what clients send waits in the kernel. */
  hold(): void {
    const busy = new Set<unknown>([...this.#active].map(({ socket }) => socket));
    for (const socket of this.#sockets) {
      const { parser, _handle: handle } = socket as unknown as HttpSocket;
      if (busy.has(socket) || !parser || !handle?.reading || this.#stopped.has(socket)) continue;
      handle.readStop();
      this.#stopped.add(socket);
    }
    this.#streams?.hold();
  }

  release(): void {
    for (const socket of this.#stopped) (socket as unknown as HttpSocket)._handle?.readStart();
    this.#stopped.clear();
    this.#streams?.release();
  }

  get count(): number {
    return this.#active.size + (this.#streams?.all ?? 0);
  }

  #finite(): number {
    return [...this.#active].filter((response) => !isEndless(response)).length + (this.#streams?.finite ?? 0);
  }

  /**
   * Settles when no request is in flight, or when the time is over.
   * @param letIn called when nothing ends for a while; where it is given, no more requests are read meanwhile
   * @param limit in milliseconds
   * @param askedByProgram the program itself asks for the checkpoint, perhaps from within a request, which then waits
   * for us
   */
  async settled(askedByProgram: boolean, letIn?: () => void, limit = LIMIT): Promise<void> {
    const began = wallClock();
    let left = { count: Number.POSITIVE_INFINITY, since: began };
    const waited = () => wallClock() - began;
    while (this.#finite() > 0 && waited() < limit) {
      if (letIn) {
        const count = this.#finite();
        if (count < left.count) left = { count, since: wallClock() };
        else if (wallClock() - left.since > STUCK) {
          letIn();
          left = { count: Number.POSITIVE_INFINITY, since: wallClock() };
        }
        this.hold();
      }
      if (askedByProgram && this.#finite() === 1 && waited() > ASKING) return;
      await new Promise((resolve) => setTimeout(resolve, STEP));
    }
  }
}
