import type { ServerResponse } from 'node:http';
import type { Adapter, AdapterApi } from '../adapter.ts';
import { WAITING } from '../http-requests.ts';
import { BRIEFLY, until } from './shared/in-flight.ts';

interface Client {
  readonly transport: { readonly name: string };
  close(discard?: boolean): void;
}

interface Server {
  readonly clients: Record<string, Client>;
}

interface ServerClass {
  prototype: Server & { verify(...words: unknown[]): unknown };
}

interface PollingClass {
  prototype: { onPollRequest(request: unknown, response: ServerResponse): void };
}

/**
 * Adapts Socket.IO's server. The adapter of ws ends its WebSockets; here clients that poll are told that their
 * transport closes, after which they connect again. (After `disconnect` they would stay away.)
 */
function adaptServer(exports: { BaseServer: ServerClass }, api: AdapterApi): void {
  const servers = new Set<WeakRef<Server>>();
  const known = new WeakSet<Server>();
  const { prototype } = exports.BaseServer;
  const { verify } = prototype;
  prototype.verify = function noted(this: Server, ...words) {
    if (!known.has(this)) servers.add(new WeakRef(this));
    known.add(this);
    return verify.apply(this, words);
  };
  const polling = () =>
    [...servers]
      .flatMap((server) => Object.values(server.deref()?.clients ?? {}))
      .filter(({ transport }) => transport.name === 'polling');
  api.register({
    name: 'Socket.IO',
    async beforeFreeze() {
      for (const client of polling()) client.close();
      if (await until(() => polling().length === 0, BRIEFLY)) return;
      for (const client of polling()) client.close(true);
    },
  });
}

/** Marks polls: HTTP requests that wait for something to tell, and whose end nobody should wait for. */
function adaptPolling({ Polling }: { Polling: PollingClass }): void {
  const { onPollRequest } = Polling.prototype;
  Polling.prototype.onPollRequest = function marked(request, response) {
    Object.defineProperty(response, WAITING, { value: true });
    onPollRequest.call(this, request, response);
  };
}

export const adapters: Adapter[] = [
  {
    package: 'engine.io',
    versions: [['6.6', '7']],
    files: { 'build/server.js': adaptServer, 'build/transports/polling.js': adaptPolling },
  },
];
