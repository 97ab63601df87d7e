import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkpoint, end, restoreWith } from '../../support/copies.ts';
import { getJson } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { Postgres, postgresMissing } from '../../support/servers/postgres.ts';
import { Stores } from '../../support/stores.ts';

const SERVER = 24000;
const PORT = 24010;

const reason = postgresMissing();
let server: Postgres;

describe.skipIf(reason)(`PostgreSQL${reason ? `: skipped, ${reason}` : ''}`, () => {
  let stores: Stores;

  beforeAll(async () => {
    stores = await Stores.of(PORT, 'pg', 'knex-pg', 'typeorm-pg', 'sequelize-pg');
    server = await Postgres.begin(SERVER, 'shop', 'other');
  }, 300_000);
  afterAll(() => server?.close());
  beforeEach(() => {
    server.takeLog();
    for (const database of ['shop', 'other'])
      server.sql(
        database,
        'DROP TABLE IF EXISTS orders; CREATE TABLE orders (id uuid PRIMARY KEY, store text)',
      );
  });

  const rows = (database: string): number => Number(server.sql(database, 'SELECT count(*) FROM orders'));

  test.each([
    ['TCP', 'one with another database', 'other', (database: string) => server.url(database)],
    ['a unix socket', 'with one database', 'shop', (database: string) => server.socketUrl(database)],
    ['TLS', 'with one database', 'shop', (database: string) => `${server.url(database)}?sslmode=no-verify`],
  ])(
    'over %s: two copies, %s; nobody sees an error',
    async (_, __, second, url) => {
      const program = await stores.start(place, image, { DATABASE_URL: url('shop') });
      await checkpoint(place, program, image);
      const before = rows('shop');
      await server.restart();

      const copies = restoreWith(
        place,
        { image, port: PORT },
        ['shop', second].map((database) => ({ DATABASE_URL: url(database) })),
      );
      await Promise.all([stores.work(PORT, 500), stores.work(PORT + 1, 500)]);
      expect(rows('shop')).toBeGreaterThanOrEqual(before + 2000);
      expect(rows(second)).toBeGreaterThanOrEqual(2000);
      expect(await getJson(PORT + 1, '/pg/count')).toMatchObject({ database: second });
      for (const port of [PORT, PORT + 1]) {
        await stores.expectNoErrors(port);
        // Its own LISTEN has come back too.
        expect((await getJson<{ heard: number }>(port, '/pg/heard')).heard).toBeGreaterThan(500);
      }
      const complaints = server
        .takeLog()
        .split('\n')
        .filter((line) => /unexpected EOF|reset by peer|could not (send|receive)|ERROR|FATAL/.test(line))
        .filter((line) => !line.includes('the database system is starting up')); // we ask until it is
      expect(complaints).toEqual([]);
      await end(place, copies);
    },
    120_000,
  );
});
