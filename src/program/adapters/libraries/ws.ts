import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Adapter, AdapterApi } from '../adapter.ts';
import { BRIEFLY, until } from './shared/in-flight.ts';

interface WebSocket extends EventEmitter {
  readonly _isServer: boolean;
  readonly _socket?: Duplex;
  close(code: number, reason: string): void;
  terminate(): void;
}

interface WebSocketClass {
  prototype: WebSocket & { setSocket(...words: unknown[]): void };
}

type HandleUpgrade = (this: object, request: unknown, socket: Duplex, ...more: unknown[]) => void;

/**
 * Codes of RFC 6455's registry: "Service Restart", after which clients are to connect again; "Going Away" for the other
 * side.
 */
const SERVICE_RESTART = 1012;
const GOING_AWAY = 1001;
/** The time in milliseconds for the other side's closing frame. */
const FAREWELL = 1000;
const UNAVAILABLE =
  'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

const live = new Set<WebSocket>();
let closed = false;

/** Adapts servers' and clients' connections alike: each open one is told of its end, and is gone before the dump. */
function adaptWebSocket({ prototype }: WebSocketClass, api: AdapterApi): void {
  const { setSocket } = prototype;
  prototype.setSocket = function noted(this: WebSocket, ...words: unknown[]) {
    live.add(this);
    this.once('close', () => live.delete(this));
    setSocket.apply(this, words);
  };
  api.register({
    name: 'ws',
    async beforeFreeze() {
      closed = true;
      for (const socket of live) {
        if (socket._isServer) socket.close(SERVICE_RESTART, 'service restart');
        else socket.close(GOING_AWAY, 'going away');
      }
      if (await until(() => live.size === 0, FAREWELL)) return;
      for (const socket of live) socket.terminate();
      await until(() => live.size === 0, BRIEFLY);
    },
    sockets: () => [...live].map(({ _socket }) => _socket),
    resume: open,
    afterRestore: open,
  });
}

const open = () => {
  closed = false;
};

/** Makes a client that connects again at once wait for a restored copy. */
function adaptServer({ prototype }: { prototype: { handleUpgrade: HandleUpgrade } }): void {
  const { handleUpgrade } = prototype;
  prototype.handleUpgrade = function refused(request, socket, ...more) {
    if (closed) socket.end(UNAVAILABLE);
    else handleUpgrade.call(this, request, socket, ...more);
  };
}

export const adapters: Adapter[] = [
  {
    package: 'ws',
    versions: [
      ['7.5', '8'],
      ['8.2', '9'],
    ],
    files: { 'lib/websocket.js': adaptWebSocket, 'lib/websocket-server.js': adaptServer },
  },
];

export const shapes = {
  WebSocket: (prototype: WebSocketClass['prototype'], api: AdapterApi) => adaptWebSocket({ prototype }, api),
  Server: (prototype: { handleUpgrade: HandleUpgrade }) => adaptServer({ prototype }),
};
