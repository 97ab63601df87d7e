import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { AdapterResource } from './adapter.ts';
import { type Dispatch, holdDispatch } from './libraries/shared/dispatch.ts';
import type { Gate } from './libraries/shared/gate.ts';
import { BRIEFLY, until } from './libraries/shared/in-flight.ts';
import { Patience } from './libraries/shared/patience.ts';

/**
 * The requests of `fetch` and of the package undici: both announce requests and connections on the same diagnostics
 * channels. Requests in flight are finished, new ones wait, idle connections are let go of; undici makes others when it
 * needs them.
 */
export class OutgoingUndici implements AdapterResource {
  readonly name = 'fetch and undici';
  readonly #requests = new Map<object, Socket | undefined>();
  readonly #sockets = new Set<Socket>();
  readonly #gate: Gate;
  readonly #patience = new Patience();
  #patchedFetch = false;

  constructor(gate: Gate) {
    this.#gate = gate;
    const on = <Message>(event: string, listener: (message: Message) => void) =>
      subscribe(`undici:${event}`, (message) => listener(message as Message));
    on<{ request: object }>('request:create', ({ request }) => {
      if (!this.#patchedFetch) this.#patchFetch();
      this.#requests.set(request, undefined);
    });
    on<{ request: object; socket: Socket }>('client:sendHeaders', ({ request, socket }) => {
      if (this.#requests.has(request)) this.#requests.set(request, socket);
    });
    for (const end of ['request:trailers', 'request:error'])
      on<{ request: object }>(end, ({ request }) => this.#requests.delete(request));
    on<{ socket: Socket }>('client:connected', ({ socket }) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  async beforeFreeze(): Promise<void> {
    await until(() => this.#requests.size === 0, BRIEFLY);
  }

  inFlight(): string | undefined {
    const { length } = this.#patience.left(this.#requests.keys());
    return length > 0 ? `${length} requests by fetch or undici` : undefined;
  }

  sockets(): Iterable<Socket> {
    return this.#sockets;
  }

  letGo(): void {
    const busy = new Set(this.#requests.values());
    for (const socket of this.#sockets) if (!busy.has(socket)) socket.destroy();
  }

  afterRestore(): void {
    this.#patience.forget();
  }

  /** Patches Node's own copy, which cannot be required: it puts its dispatcher where all copies find it. */
  #patchFetch(): void {
    this.#patchedFetch = true;
    for (const symbol of Object.getOwnPropertySymbols(globalThis)) {
      if (!symbol.description?.startsWith('undici.globalDispatcher')) continue;
      let at: object | null = (globalThis as Record<symbol, object>)[symbol] ?? null;
      // The last prototype is that of the class from which all dispatchers come that send requests by themselves.
      let found: { dispatch: Dispatch } | undefined;
      for (; at !== null; at = Object.getPrototypeOf(at)) {
        const own = Object.getOwnPropertyDescriptor(at, 'dispatch')?.value as Dispatch | undefined;
        if (own && !/not implemented/.test(String(own))) found = at as { dispatch: Dispatch };
      }
      if (found) holdDispatch(found, this.#gate);
    }
  }
}
