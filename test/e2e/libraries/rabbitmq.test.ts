import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpoint, end, restoreWith } from '../../support/copies.ts';
import { getJson } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';
import { Rabbitmq, rabbitmqMissing } from '../../support/servers/rabbitmq.ts';
import { Stores } from '../../support/stores.ts';

const SERVER = await freePorts(10);
const PORT = await freePorts(5);

const reason = rabbitmqMissing();
let server: Rabbitmq;

describe.skipIf(reason)(`RabbitMQ${reason ? `: skipped, ${reason}` : ''}`, () => {
  let stores: Stores;

  beforeAll(async () => {
    stores = await Stores.of(PORT, 'amqplib');
    server = await Rabbitmq.begin(SERVER);
  }, 300_000);
  afterAll(() => server?.close());

  test.each([
    ['TCP, the server restarted in between', true, () => ({ AMQP_URL: server.url() })],
    [
      'TLS',
      false,
      () => ({ AMQP_URL: server.url(true), NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' }),
    ],
  ])(
    'over %s: two copies; nothing is lost or delivered twice',
    async (_, restart, reached) => {
      const program = await stores.start(place, image, reached());
      server.takeLog();
      await checkpoint(place, program, image);
      expect(server.takeLog()).not.toMatch(/\[(warning|error)\]/);
      if (restart) await server.restart();

      const copies = restoreWith(place, { image, port: PORT }, [reached(), reached()]);
      await Promise.all([stores.work(PORT, 500), stores.work(PORT + 1, 500)]);
      for (const port of [PORT, PORT + 1]) {
        await stores.expectNoErrors(port);
        expect(await getJson(port, '/amqplib/count')).toEqual({
          consumed: expect.any(Number),
          redelivered: 0,
        });
      }
      await end(place, copies);
    },
    120_000,
  );
});
