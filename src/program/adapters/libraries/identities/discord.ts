import type { AdapterApi } from '../../adapter.ts';
import { Renewed } from '../shared/renewed.ts';
import { type Constructor, instances } from './instances.ts';

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

/**
 * Has each copy begin a session of its own: only one copy can take up an existing session, and would be thrown out by
 * the others.
 */
export function adaptDiscord(exports: DiscordWs, api: AdapterApi): unknown {
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
