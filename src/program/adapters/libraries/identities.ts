import { randomBytes, randomUUID } from 'node:crypto';
import type { Adapter, AdapterApi } from '../adapter.ts';
import { Renewed } from './shared/renewed.ts';

// What a program tells others it is, made up once: two copies with one identity take each other's messages, or end each
// other. Each copy makes up another.

const WITHOUT =
  'copies of one image have the same identity, and take each other for themselves. Give each its own in onCopy()';

/** Names of Socket.IO's instances at the checkpoint, and now. */
const renamed = new Map<string, string>();

type Constructor<T> = new (...words: never[]) => T;

/** Calls `made` with every instance of a class that somebody makes, also of a class that extends it. */
function instances<T extends object>(type: Constructor<T>, made: (each: T) => void): Constructor<T> {
  return new Proxy(type, {
    construct(target, words, newTarget) {
      const instance = Reflect.construct(target, words, newTarget) as T;
      made(instance);
      return instance;
    },
  });
}

interface ClusterAdapter {
  uid: string;
  nodesMap?: Map<string, number>;
}

interface SocketIoAdapters {
  ClusterAdapter: Constructor<ClusterAdapter>;
  ClusterAdapterWithHeartbeat: Constructor<ClusterAdapter>;
}

/** Of Socket.IO: for the adapters of other packages (Redis streams, cluster, …), which extend it. */
function adaptClusterAdapter(exports: SocketIoAdapters, api: AdapterApi): void {
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

/** Of Socket.IO's newer adapters for Redis: each listens on a channel that is named after it. */
function adaptSubscribing(exports: Record<string, Subscribe>, api: AdapterApi): void {
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

/** Of Socket.IO, the first of its adapters for Redis: with one uid two copies ignore each other's messages. */
function adaptRedisAdapter(exports: RedisExports, api: AdapterApi): unknown {
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

interface Broker {
  nodeID: string;
  instanceID: string;
  options: { nodeID?: string };
  transit?: {
    nodeID: string;
    instanceID: string;
    tx?: { nodeID: string };
    discoverer?: { instanceHash?: string };
    subscribe?: unknown;
    makeSubscriptions(): Promise<unknown>;
    connected: boolean;
  };
  registry: {
    nodes: { nodes: Map<string, unknown>; localNode: { id: string; instanceID: string } | undefined };
  };
}

interface Moleculer {
  ServiceBroker?: Constructor<Broker>;
}

/** What Moleculer makes up itself: the host's name and the PID. */
const MADE_UP = /^.+-\d+$/;

function renewBroker(broker: Broker): void {
  const { transit, registry, options } = broker;
  broker.instanceID = randomUUID();
  const localNode = registry.nodes.localNode;
  if (localNode) localNode.instanceID = broker.instanceID;
  if (transit) transit.instanceID = broker.instanceID;
  if (transit?.discoverer?.instanceHash) transit.discoverer.instanceHash = broker.instanceID.slice(0, 8);
  if (options.nodeID || !MADE_UP.test(broker.nodeID)) return;
  const nodes = registry.nodes.nodes;
  nodes.delete(broker.nodeID);
  broker.nodeID = `${broker.nodeID}-${randomBytes(4).toString('hex')}`;
  if (localNode) {
    localNode.id = broker.nodeID;
    nodes.set(broker.nodeID, localNode);
  }
  if (!transit) return;
  transit.nodeID = broker.nodeID;
  if (transit.tx) transit.tx.nodeID = broker.nodeID;
  // The topics that others answer to are named after it.
  if (transit.connected) void transit.makeSubscriptions();
}

function adaptMoleculer(exports: Constructor<Broker> | Moleculer, api: AdapterApi): unknown {
  const renewed = new Renewed<Broker>(api, 'moleculer', renewBroker);
  return instances(exports as Constructor<Broker>, (broker) => renewed.add(broker));
}

interface BullQueue {
  token: string;
}

function adaptBull(exports: Constructor<BullQueue>, api: AdapterApi): unknown {
  const renewed = new Renewed<BullQueue>(api, 'bull', (queue) => {
    queue.token = randomUUID(); // the locks of its jobs are made of it
  });
  const noted = (queue: BullQueue): BullQueue => {
    renewed.add(queue);
    return queue;
  };
  return new Proxy(exports, {
    construct: (target, words, newTarget) => noted(Reflect.construct(target, words, newTarget)),
    apply: (target, _self, words) => noted(Reflect.construct(target, words)),
  });
}

interface DiscordManager {
  options: {
    shardIds?: unknown;
    shardCount: number | null;
    retrieveSessionInfo(shard: number): unknown;
    updateSessionInfo(shard: number, session: null): unknown;
  };
}

interface DiscordWs {
  WebSocketManager: Constructor<DiscordManager>;
}

/** A session can be taken up again by one copy only: the others would throw it out. Each begins another. */
function adaptDiscord(exports: DiscordWs, api: AdapterApi): unknown {
  const sessions = new WeakMap<DiscordManager, Set<number>>();
  const renewed = new Renewed<DiscordManager>(api, '@discordjs/ws', (manager) => {
    for (const shard of sessions.get(manager) ?? []) manager.options.updateSessionInfo(shard, null);
  });
  const noted = (manager: DiscordManager): void => {
    const shards = new Set<number>();
    sessions.set(manager, shards);
    const { updateSessionInfo } = manager.options;
    manager.options.updateSessionInfo = function update(shard, session) {
      shards.add(shard);
      return updateSessionInfo.call(manager.options, shard, session);
    };
    renewed.add(manager);
  };
  const type = instances(exports.WebSocketManager, noted);
  return Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(exports),
      WebSocketManager: { value: type, enumerable: true },
    },
  );
}

export const adapters: Adapter[] = [
  {
    package: 'socket.io-adapter',
    versions: [['2.5', '3']],
    without: WITHOUT,
    files: { 'dist/cluster-adapter.js': adaptClusterAdapter },
  },
  {
    package: '@socket.io/redis-adapter',
    versions: [['8.0', '9']],
    without: WITHOUT,
    files: { 'dist/index.js': adaptRedisAdapter, 'dist/util.js': adaptSubscribing },
  },
  {
    package: '@socket.io/redis-streams-adapter',
    versions: [['0.2', '1']],
    without: WITHOUT,
    files: { 'dist/util.js': adaptSubscribing },
  },
  {
    package: 'moleculer',
    versions: [['0.14', '0.15']],
    without: WITHOUT,
    files: { 'src/service-broker.js': adaptMoleculer },
  },
  { package: 'bull', versions: [['4.0', '5']], without: WITHOUT, files: { 'lib/queue.js': adaptBull } },
  {
    package: '@discordjs/ws',
    versions: [['1.0', '3']],
    without: WITHOUT,
    files: { 'dist/index.js': adaptDiscord },
  },
];
