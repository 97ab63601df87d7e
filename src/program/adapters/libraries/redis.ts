import type { Socket } from 'node:net';
import type { Adapter, AdapterApi } from '../adapter.ts';
import { adaptClient, adaptSocket as adaptSocketShape } from './redis/bundled.ts';
import { type QueueClass, type WatchedQueue, watchQueues } from './redis/queue.ts';
import { ASKS, type ParkableSocket, parkSockets, type SocketClass } from './redis/socket.ts';
import { BRIEFLY, finishCurrent, until } from './shared/in-flight.ts';
import { live } from './shared/live.ts';
import { redisSettings } from './shared/redis.ts';

type Options = Record<string, unknown> & { [ASKS]?: { socket?: ParkableSocket } };
type Net = Record<'createConnection' | 'connect', (options: Options, ...more: unknown[]) => unknown>;

const HOOK = 'node-crac.redis';
const settings = redisSettings();
const sockets = new Set<WeakRef<ParkableSocket>>();
/** The queue that was made last: a client makes its queue and then, in the same turn, its socket. */
let latest: WatchedQueue | undefined;

function work(): Map<object, string> {
  const pieces = new Map<object, string>();
  for (const socket of live(sockets)) {
    if (socket.isParked || !socket.isOpen) continue;
    const { transaction, waiting } = socket.queue;
    if (!socket.isReady) pieces.set(socket, 'redis connects to its server');
    if (transaction) pieces.set(transaction, 'redis has a WATCH or MULTI open');
    for (const [piece, command] of waiting)
      pieces.set(piece, `redis waits for the server to answer ${command.toUpperCase()}`);
  }
  return pieces;
}

function openWork(): Map<object, string> {
  const found = new Map<object, string>();
  for (const { isParked, queue } of live(sockets))
    if (queue.transaction && !isParked) found.set(queue.transaction, 'redis has a WATCH or MULTI open');
  return found;
}

const isIdle = ({ isReady, queue: { transaction, waiting } }: ParkableSocket): boolean =>
  isReady && transaction === undefined && waiting.size === 0;

function adaptSocket(exports: { default: SocketClass }, api: AdapterApi): void {
  exports.default = parkSockets(exports.default, (socket) => {
    sockets.add(new WeakRef(socket));
    return latest as WatchedQueue;
  });
  const idle = () => live(sockets).filter((socket) => socket.isOpen && !socket.isParked && isIdle(socket));
  const wake = () => {
    for (const socket of live(sockets)) socket.wake();
  };
  api.register({
    name: 'redis',
    async beforeCheckpoint() {
      for (const each of sockets) if (each.deref() === undefined) sockets.delete(each);
      await finishCurrent(work, api.doors.limit);
    },
    async beforeFreeze() {
      await until(() => work().size === 0, BRIEFLY);
      const blocked = idle().filter(({ queue }) => queue.blocked > 0);
      await Promise.all(blocked.map((socket) => socket.parkGently()));
    },
    openWork,
    inFlight: () =>
      [...work().values()][0] ??
      (idle().some(({ queue }) => queue.blocked > 0) ? 'redis waits for other clients' : undefined),
    letGo() {
      for (const socket of idle()) socket.park();
    },
    resume: wake,
    afterRestore(change) {
      settings.noteChange(change);
      wake();
    },
  });
}

/** Makes node-redis connect with the settings of the new environment, where they came from the old one. */
function followNet(modules: { default: Net }[]): void {
  for (const module of modules) {
    const real = module.default;
    const to =
      (call: 'createConnection' | 'connect') =>
      (options: Options, ...more: unknown[]) => {
        const now = followed(options);
        const { socket } = options[ASKS] ?? {};
        if (socket) socket.connectRaw = () => real[call](now) as Socket;
        return real[call](now, ...more);
      };
    module.default = Object.assign(Object.create(real), {
      connect: to('connect'),
      ...('createConnection' in real && { createConnection: to('createConnection') }),
    });
  }
}

function followed(options: Options): Options {
  const { host, port, path } = options as { host?: string; port?: number; path?: string };
  if (path !== undefined) {
    const { socketPath } = settings.followPath(path);
    return socketPath === undefined ? options : { ...options, path: socketPath };
  }
  const { user, password, database, ...changed } = settings.follow({ host: host ?? 'localhost', port });
  const login = Object.fromEntries(
    Object.entries({ user, password, database }).filter(([, value]) => value !== undefined),
  );
  const { queue } = options[ASKS]?.socket ?? {};
  if (queue) queue.login = (given) => ({ ...settings.follow(given), ...login });
  return { ...options, ...changed };
}

function adaptQueue(exports: { default: QueueClass }, { doors }: AdapterApi): void {
  const write = (queue: WatchedQueue) => {
    // The client looks at its queue, as when the kernel takes more.
    for (const socket of live(sockets)) if (socket.queue === queue) socket.emit('drain');
  };
  exports.default = watchQueues(
    exports.default,
    (queue) => {
      latest = queue;
    },
    { doors, write },
  );
}

// The source appended to the socket's file looks for it.
(globalThis as Record<symbol, unknown>)[Symbol.for(HOOK)] = followNet;

export const adapters: Adapter[] = [
  {
    package: '@redis/client',
    versions: [['5.0', '7']],
    files: {
      'dist/lib/client/socket.js': {
        append: `\n;globalThis[Symbol.for('${HOOK}')]?.([node_net_1, node_tls_1]);`,
        install: adaptSocket,
      },
      'dist/lib/client/commands-queue.js': adaptQueue,
    },
  },
];

export const shapes = { Client: adaptClient, Socket: adaptSocketShape };
