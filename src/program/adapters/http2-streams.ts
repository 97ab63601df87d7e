import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Server } from 'node:net';
import { replace } from '../descriptors/provenance/replace.ts';

/** Node's own handle of a session. */
interface Handle {
  readStart(): void;
  readStop(): void;
}

const HTTP2_SERVERS = ['Http2Server', 'Http2SecureServer'];

/**
 * The streams of HTTP/2 servers that are being answered. Node 20 has no diagnostics channel for them, so each server is
 * looked at when it begins to listen; one more listener for a session's streams changes nothing for the program.
 */
export class Http2Streams {
  readonly #active = new Set<ServerHttp2Stream>();
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #stopped = new Set<Handle>();

  constructor() {
    const { Server } = require('node:net') as typeof import('node:net');
    const watch = (server: Server) => this.#watch(server);
    replace(
      Server.prototype,
      'listen',
      (original) =>
        function listen(this: unknown, ...args) {
          watch(this as Server);
          return Reflect.apply(original, this, args);
        },
    );
  }

  #watch(server: Server): void {
    if (!HTTP2_SERVERS.includes(server.constructor.name)) return;
    server.on('session', (session: ServerHttp2Session) => {
      this.#sessions.add(session);
      session.once('close', () => this.#sessions.delete(session));
      session.on('stream', (stream: ServerHttp2Stream) => {
        this.#active.add(stream);
        stream.once('close', () => this.#active.delete(stream));
      });
    });
  }

  /**
   * Stops reading sessions on which nothing is being answered. The others must be read, or the answer could not go on:
   * their clients are told by GOAWAY to send their next requests on another connection.
   */
  hold(): void {
    const busy = new Set([...this.#active].map(({ session }) => session));
    for (const session of this.#sessions) {
      if (session.closed || session.destroyed) continue;
      if (busy.has(session)) session.close();
      else this.#stop(session);
    }
  }

  #stop({ socket }: ServerHttp2Session): void {
    const { _handle: handle } = socket as unknown as { _handle?: Handle | null };
    if (!handle || this.#stopped.has(handle)) return;
    handle.readStop();
    this.#stopped.add(handle);
  }

  release(): void {
    for (const handle of this.#stopped) handle.readStart();
    this.#stopped.clear();
  }

  get all(): number {
    return this.#active.size;
  }

  /** Counts the streams that have an end: an event stream and a gRPC call may have none. */
  get finite(): number {
    return [...this.#active].filter((stream) => !isEndless(stream)).length;
  }
}

const isEndless = ({ sentHeaders }: ServerHttp2Stream): boolean =>
  /^(text\/event-stream|application\/grpc)/i.test(String(sentHeaders?.['content-type'] ?? ''));
