import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkpoint, end, restoreWith } from '../../support/copies.ts';
import { getJson } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';
import { Mariadb, mariadbMissing } from '../../support/servers/mariadb.ts';
import { Stores } from '../../support/stores.ts';

const SERVER = await freePorts(10);
const PORT = await freePorts(20);

const reason = mariadbMissing();
let server: Mariadb;

const environment = (database: string, place: Record<string, string>): Record<string, string> => ({
  DATABASE_URL: server.url(database),
  MYSQL_USER: 'app',
  MYSQL_PASSWORD: server.password,
  MYSQL_DATABASE: database,
  ...place,
});

describe.skipIf(reason)(`MariaDB${reason ? `: skipped, ${reason}` : ''}`, () => {
  let stores: Stores;

  beforeAll(async () => {
    stores = await Stores.of(PORT, 'mysql2', 'knex-mysql2', 'typeorm-mysql2', 'sequelize-mysql2');
    server = await Mariadb.begin(SERVER, 'shop', 'other');
  }, 300_000);
  afterAll(() => server?.close());
  beforeEach(async () => {
    await server.forget();
    for (const database of ['shop', 'other'])
      server.sql(
        database,
        'DROP TABLE IF EXISTS orders; CREATE TABLE orders (id char(36) PRIMARY KEY, store text)',
      );
  });

  const rows = (database: string): number => Number(server.sql(database, 'SELECT count(*) FROM orders'));

  test.each([
    [
      'TCP',
      'one with another database',
      'other',
      () => ({ MYSQL_HOST: '127.0.0.1', MYSQL_PORT: String(SERVER) }),
    ],
    ['a unix socket', 'with one database', 'shop', () => ({ MYSQL_SOCKET: server.socket })],
    [
      'TLS',
      'with one database',
      'shop',
      () => ({ MYSQL_HOST: '127.0.0.1', MYSQL_PORT: String(SERVER), MYSQL_TLS: '1' }),
    ],
  ])(
    'over %s: two copies, %s; nobody sees an error',
    async (_, __, second, reached) => {
      const program = await stores.start(place, image, environment('shop', reached()));
      await checkpoint(place, program, image);
      const before = rows('shop');
      await server.restart();

      const copies = restoreWith(
        place,
        { image, port: PORT },
        ['shop', second].map((database) => environment(database, reached())),
      );
      await Promise.all([stores.work(PORT, 500), stores.work(PORT + 1, 500)]);
      expect(rows('shop')).toBeGreaterThanOrEqual(before + 2000);
      expect(rows(second)).toBeGreaterThanOrEqual(2000);
      for (const [copy, database] of ['shop', second].entries()) {
        expect(await getJson(PORT + copy, '/mysql2/count')).toMatchObject({ database, zone: '+03:00' });
        await stores.expectNoErrors(PORT + copy);
      }
      expect(server.takeLog()).not.toMatch(/Aborted connection|\[ERROR\]/);
      await end(place, copies);
    },
    120_000,
  );
});
