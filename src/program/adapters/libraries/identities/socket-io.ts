import { randomBytes } from 'node:crypto';
import type { AdapterApi } from '../../adapter.ts';
import { Renewed } from '../shared/renewed.ts';
import { type Constructor, instances } from './instances.ts';

/** Names of Socket.IO's instances at the checkpoint → their names now. */
const renamed = new Map<string, string>();

interface ClusterAdapter {
  uid: string;
  nodesMap?: Map<string, number>;
}

interface SocketIoAdapters {
  ClusterAdapter: Constructor<ClusterAdapter>;
  ClusterAdapterWithHeartbeat: Constructor<ClusterAdapter>;
}

/** Renews the base class of Socket.IO's adapters in other packages (Redis streams, cluster, …), which extend it. */
export function adaptClusterAdapter(exports: SocketIoAdapters, api: AdapterApi): void {
  const renewed = new Renewed<ClusterAdapter>(api, 'socket.io-adapter', (each) => {
    const { uid } = each;
    each.uid = randomBytes(8).toString('hex');
    renamed.set(uid, each.uid);
    each.nodesMap?.clear(); // the others say who they are when they are heard again
  });
  for (const name of ['ClusterAdapter', 'ClusterAdapterWithHeartbeat'] as const)
    exports[name] = instances(exports[name], (each) => renewed.add(each));
}

type Subscribe = (client: unknown, channels: string | string[], listener: unknown) => unknown;

/** Renews the channels that Socket.IO's newer adapters for Redis listen on: each is named after its instance. */
export function adaptSubscribing(exports: Record<string, Subscribe>, api: AdapterApi): void {
  const subscriptions: { again: (channels: string[]) => unknown; channels: string[] }[] = [];
  for (const name of ['SUBSCRIBE', 'SSUBSCRIBE']) {
    const subscribe = exports[name];
    if (subscribe === undefined) continue;
    exports[name] = (client, channels, listener) => {
      const again = (others: string[]) => subscribe(client, others, listener);
      subscriptions.push({ again, channels: [channels].flat() });
      return subscribe(client, channels, listener);
    };
  }
  api.register({
    name: 'channels of Socket.IO',
    afterRestore({ restored }) {
      if (!restored) return;
      for (const subscription of subscriptions) {
        const others = subscription.channels.flatMap((channel) => {
          const old = [...renamed.keys()].find((uid) => channel.endsWith(`#${uid}#`));
          return old === undefined ? [] : [channel.replace(`#${old}#`, `#${renamed.get(old)}#`)];
        });
        if (others.length > 0) subscription.again(others);
        subscription.channels.push(...others);
      }
    },
  });
}

interface RedisAdapter {
  uid: string;
  responseChannel: string;
  specificResponseChannel: string;
  redisListeners: Map<string, unknown>;
  subClient: {
    pSubscribe?: unknown;
    subscribe(channel: string | string[], listener?: unknown, buffers?: boolean): unknown;
  };
}

type RedisExports = ((...words: unknown[]) => (namespace: unknown) => RedisAdapter) & {
  createAdapter: unknown;
  RedisAdapter: Constructor<RedisAdapter>;
};

/** Renews instances of Socket.IO's first adapter for Redis: with one uid two copies ignore each other's messages. */
export function adaptRedisAdapter(exports: RedisExports, api: AdapterApi): unknown {
  const renewed = new Renewed<RedisAdapter>(api, '@socket.io/redis-adapter', (each) => {
    each.uid = randomBytes(6).toString('base64url');
    each.specificResponseChannel = `${each.responseChannel}${each.uid}#`;
    const isNodeRedis = typeof each.subClient.pSubscribe === 'function';
    if (isNodeRedis)
      each.subClient.subscribe([each.specificResponseChannel], each.redisListeners.get('sub'), true);
    else each.subClient.subscribe([each.specificResponseChannel]);
  });
  const createAdapter = (...words: unknown[]) => {
    const make = exports(...words);
    // Socket.IO calls it with `new`.
    return function adapterOf(namespace: unknown) {
      const adapter = make(namespace);
      renewed.add(adapter);
      return adapter;
    };
  };
  const type = instances(exports.RedisAdapter, (each) => renewed.add(each));
  return Object.assign(createAdapter, exports, { createAdapter, RedisAdapter: type });
}
