import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Provenance, Records } from './record.ts';
import { replace } from './replace.ts';

const PRUNE_EVERY = 256;
/** The number of origins of `fetch` that are remembered; beyond it the oldest are forgotten first. */
const ORIGINS = 256;

/**
 * Records who connects a socket and who makes a server listen. What a server accepts is attributed to its `listen` by
 * its address, when somebody asks: a connection that comes in costs nothing.
 *
 * `http`, `https`, `http2` and `tls` go through the same two functions, with the application's frames still on the stack.
 */
export function recordSockets(records: Records): void {
  // Every server and every program whose output is a pipe has loaded net; our own control socket does so soon after.
  const net = require('node:net') as typeof import('node:net');
  replace(
    net.Socket.prototype,
    'connect',
    (original) =>
      function connect(this: unknown, ...args) {
        if (!records.byObject.has(this as Socket)) {
          records.byObject.set(this as Socket, records.here('connected', connect));
          noteConnected(records, this as Socket);
        }
        return Reflect.apply(original, this, args);
      },
  );
  replace(
    net.Server.prototype,
    'listen',
    (original) =>
      function listen(this: unknown, ...args) {
        records.byObject.set(this as object, records.here('listened', listen));
        return Reflect.apply(original, this, args);
      },
  );
  subscribe('udp.socket', function made(message) {
    const { socket } = message as { socket: object };
    records.byObject.set(socket, records.here('made', made));
  });
  recordFetch(records);
}

function noteConnected({ connected }: Records, socket: Socket): void {
  connected.add(new WeakRef(socket));
  if (connected.size % PRUNE_EVERY !== 0) return;
  for (const each of connected) if (each.deref() === undefined) connected.delete(each);
}

const originOf = (input: unknown): string | undefined => {
  const url = typeof input === 'string' ? input : (input as { href?: string; url?: string } | null);
  const text = typeof url === 'string' ? url : (url?.href ?? url?.url);
  return typeof text === 'string' ? /^https?:\/\/[^/?#]+/i.exec(text)?.[0].toLowerCase() : undefined;
};

/**
 * Records who calls `fetch`, which connects later, on a stack of its own: the socket is attributed to the first call
 * for that origin. Only that call is recorded, so the others cost a look into a map.
 */
function recordFetch(records: Records): void {
  const calls = new Map<string, Provenance>();
  replace(
    globalThis,
    'fetch',
    (original) =>
      function fetch(this: unknown, ...args) {
        const origin = originOf(args[0]);
        if (origin !== undefined && !calls.has(origin)) {
          calls.set(origin, records.here('connected', fetch));
          if (calls.size > ORIGINS) calls.delete(calls.keys().next().value as string);
        }
        return Reflect.apply(original, this, args);
      },
  );
  subscribe('undici:client:connected', (message) => {
    const { connectParams, socket } = message as {
      connectParams: { protocol: string; host: string };
      socket: Socket;
    };
    const { protocol, host } = connectParams;
    const call = calls.get(`${protocol}//${host}`.toLowerCase());
    if (call) records.byObject.set(socket, call);
  });
}
