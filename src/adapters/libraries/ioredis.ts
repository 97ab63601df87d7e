import type { Adapter, AdapterApi } from '../adapter.ts';
import { IoredisClients } from './ioredis/clients.ts';
import type { Redis, RedisClass } from './ioredis/shapes.ts';
import { BRIEFLY, finishCurrent, until } from './shared/in-flight.ts';
import { redisSettings } from './shared/redis.ts';

function adapt({ default: Class }: { default: RedisClass }, api: AdapterApi): void {
  const settings = redisSettings();
  const clients = new IoredisClients(settings);
  const { sendCommand, setStatus, parseOptions } = Class.prototype;
  Object.assign(Class.prototype, {
    sendCommand(this: Redis, ...words: Parameters<Redis['sendCommand']>) {
      clients.asked(this, words[0]);
      return sendCommand.apply(this, words);
    },
    setStatus(this: Redis, status: string, detail?: unknown) {
      if (status === 'end') clients.live.delete(this);
      else clients.live.add(this);
      return setStatus.call(this, status, detail);
    },
    parseOptions(this: Redis, ...words: unknown[]) {
      parseOptions.apply(this, words);
      clients.followOptions(this.options);
    },
  });

  api.register({
    name: 'ioredis',
    async beforeCheckpoint() {
      await finishCurrent(() => clients.work());
    },
    async beforeFreeze() {
      await until(() => clients.work().size === 0, BRIEFLY);
      await clients.parkBlocked();
    },
    inFlight: () => [...clients.work().values()][0] ?? clients.blocked,
    letGo: () => clients.park(),
    reopen: () => clients.wake(),
    afterRestore(change) {
      settings.noteChange(change);
      clients.wake();
    },
  });
}

export const adapters: Adapter[] = [
  { package: 'ioredis', versions: [['5.4', '7']], files: { 'built/Redis.js': adapt } },
];
