import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkpoint, end, restoreWith } from '../../support/copies.ts';
import { getJson, pause } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';
import { Redis, redisMissing } from '../../support/servers/redis.ts';
import { Stores } from '../../support/stores.ts';

const SERVER = await freePorts(10);
const PORT = await freePorts(5);

const reason = redisMissing();
let server: Redis;

interface Count {
  orders: number;
  consumed: number;
  twice?: number;
  worker?: string;
}

describe.skipIf(reason)(`Redis${reason ? `: skipped, ${reason}` : ''}`, () => {
  let stores: Stores;

  beforeAll(async () => {
    stores = await Stores.of(PORT, 'ioredis', 'redis', 'bullmq');
    server = await Redis.begin(SERVER);
  }, 300_000);
  afterAll(() => server?.close());
  beforeEach(() => {
    server.cli('FLUSHALL');
  });

  /** All that was ordered comes out of the queues, once. */
  const expectAllConsumed = async (ports: number[]): Promise<void> => {
    for (const port of ports) await getJson(port, '/background/stop');
    for (const name of stores.names) {
      const count = () => getJson<Count>(ports[0] as number, `/${name}/count`);
      // As long as more comes out, however slowly.
      for (let last = -1, looks = 0; looks < 200; looks++) {
        const { orders, consumed } = await count();
        if (orders === consumed) break;
        if (consumed !== last) looks = 0;
        last = consumed;
        await pause(50);
      }
      const { orders, consumed, twice = 0 } = await count();
      expect({ name, consumed, twice }).toEqual({ name, consumed: orders, twice: 0 });
    }
  };

  test.each([
    ['TCP', () => ({ REDIS_URL: server.url(0) })],
    ['a unix socket', () => ({ REDIS_SOCKET: server.socket, REDIS_PASSWORD: server.password })],
    ['TLS', () => ({ REDIS_URL: server.url(0, true), REDIS_TLS: '1' })],
  ])(
    'over %s: two copies; nothing is lost or done twice',
    async (_, reached) => {
      const program = await stores.start(place, image, reached());
      await checkpoint(place, program, image);
      await server.restart();

      const copies = restoreWith(place, { image, port: PORT }, [reached(), reached()]);
      await Promise.all([stores.work(PORT, 500), stores.work(PORT + 1, 500)]);
      for (const port of [PORT, PORT + 1]) await stores.expectNoErrors(port);
      const workers = [PORT, PORT + 1].map((port) => getJson<Count>(port, '/bullmq/count'));
      const [one, other] = await Promise.all(workers);
      expect(one?.worker).not.toBe(other?.worker);
      await expectAllConsumed([PORT, PORT + 1]);
      await end(place, copies);
    },
    120_000,
  );

  test('many checkpoints of a program that goes on: no consumer that blocks loses what it is given', async () => {
    const program = await stores.start(place, image, { REDIS_URL: server.url(0) });
    for (let i = 0; i < 8; i++) {
      expect(await place.crac('checkpoint', image, '--leave-running')).toMatchObject({ code: 0, stderr: '' });
      await stores.work(PORT, 20);
    }
    await stores.expectNoErrors(PORT);
    await expectAllConsumed([PORT]);
    await end(place, [program]);
  }, 300_000);
});
