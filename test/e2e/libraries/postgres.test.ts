import { dirname } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apps, checkpoint, end, restoreWith, run } from '../../support/copies.ts';
import { getJson } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { Postgres, postgresMissing } from '../../support/servers/postgres.ts';

const SERVER = 24000;
const PORT = 24010;
const STORES = ['pg', 'knex-pg', 'typeorm-pg', 'sequelize-pg'];

interface Outcome {
  done: number;
  errors: string[];
}

const reason = postgresMissing();
let server: Postgres;
let app: string;

describe.skipIf(reason)(`PostgreSQL${reason ? `: skipped, ${reason}` : ''}`, () => {
  beforeAll(async () => {
    app = (await apps('databases')).databases;
    server = await Postgres.begin(SERVER, 'shop', 'other');
  }, 300_000);
  afterAll(() => server?.close());
  beforeEach(() => {
    for (const database of ['shop', 'other'])
      server.sql(
        database,
        'DROP TABLE IF EXISTS orders; CREATE TABLE orders (id uuid PRIMARY KEY, store text)',
      );
  });

  const work = (port: number, store: string, n: number) => getJson<Outcome>(port, `/${store}/work?n=${n}`);
  const rows = (database: string, store: string): number =>
    Number(server.sql(database, `SELECT count(*) FROM orders WHERE store = '${store}'`));

  const start = async (url: string): Promise<ReturnType<typeof run>> => {
    const program = run(place, {
      image,
      words: [app, ...STORES],
      port: PORT,
      cwd: dirname(app),
      env: { DATABASE_URL: url },
    });
    await program.line(/listening/);
    for (const store of STORES) expect(await work(PORT, store, 40)).toEqual({ done: 40, errors: [] });
    return program;
  };

  test.each([
    ['TCP', () => server.url('shop'), () => server.url('other')],
    ['a unix socket', () => server.socketUrl('shop'), () => server.socketUrl('other')],
    [
      'TLS',
      () => `${server.url('shop')}?sslmode=no-verify`,
      () => `${server.url('other')}?sslmode=no-verify`,
    ],
  ])('over %s: two copies, one with another database; nobody sees an error', async (_, url, otherUrl) => {
    const program = await start(url());
    await checkpoint(place, program, image);
    const before = Object.fromEntries(STORES.map((store) => [store, rows('shop', store)]));
    await server.restart();

    const copies = restoreWith(place, { image, port: PORT }, [
      { DATABASE_URL: url() },
      { DATABASE_URL: otherUrl() },
    ]);
    for (const store of STORES) {
      expect(await work(PORT, store, 500)).toEqual({ done: 500, errors: [] });
      expect(await work(PORT + 1, store, 500)).toEqual({ done: 500, errors: [] });
      expect(rows('shop', store)).toBeGreaterThanOrEqual((before[store] as number) + 500);
      expect(rows('other', store)).toBeGreaterThanOrEqual(500);
    }
    expect(await getJson(PORT + 1, '/pg/count')).toMatchObject({ database: 'other' });
    for (const port of [PORT, PORT + 1]) {
      expect(await getJson<Outcome>(port, '/background')).toMatchObject({ errors: [] });
      expect(await getJson(port, '/pg/heard')).toMatchObject({ heard: expect.any(Number) });
    }
    expect(server.takeLog()).not.toMatch(/unexpected EOF|reset by peer|could not (send|receive)|ERROR|FATAL/);
    await end(place, copies);
    server.takeLog(); // the program ends without a goodbye, with or without crac
  });
});
