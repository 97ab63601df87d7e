import type { Adapter, AdapterApi } from '../adapter.ts';
import type { Doors } from '../doors.ts';
import { IoredisClients } from './ioredis/clients.ts';
import type { Redis, RedisClass, RedisCommand } from './ioredis/shapes.ts';
import type { Gate } from './shared/gate.ts';
import { BRIEFLY, finishCurrent, until } from './shared/in-flight.ts';
import { isBlocking, redisSettings } from './shared/redis.ts';

const doorOf = ({ name, args }: RedisCommand, { ask, wait }: Doors): Gate =>
  isBlocking(name, args) ? wait : ask;

function adapt({ prototype }: Pick<RedisClass, 'prototype'>, api: AdapterApi): void {
  const settings = redisSettings();
  const clients = new IoredisClients(settings);
  const { sendCommand, setStatus, parseOptions } = prototype;
  Object.assign(prototype, {
    sendCommand(this: Redis, ...words: Parameters<Redis['sendCommand']>) {
      const [command] = words;
      const send = () => {
        clients.asked(this, command);
        return sendCommand.apply(this, words);
      };
      const order = clients.orderOf(this);
      if (api.doors.isOpen && !order.isWaiting) return send();
      const hold =
        this.status === 'ready' && !clients.isInTransaction(this) ? doorOf(command, api.doors) : undefined;
      return order.waits(hold, send) ? command.promise : send();
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
      await finishCurrent(() => clients.work(), api.doors.limit);
    },
    async beforeFreeze() {
      await until(() => clients.work().size === 0, BRIEFLY);
      await clients.parkBlocked();
    },
    openWork: () => clients.openWork(),
    inFlight: () => [...clients.work().values()][0] ?? clients.blocked,
    sockets: () => [...clients.live].map(({ stream }) => stream),
    letGo: () => clients.park(),
    resume: () => clients.wake(),
    afterRestore(change) {
      settings.noteChange(change);
      clients.wake();
    },
  });
}

export const adapters: Adapter[] = [
  {
    package: 'ioredis',
    versions: [['5.4', '7']],
    files: {
      'built/Redis.js': ({ default: Class }: { default: RedisClass }, api: AdapterApi) => adapt(Class, api),
    },
  },
];

export const shapes = {
  Redis: (prototype: Redis, api: AdapterApi) => adapt({ prototype }, api),
};
