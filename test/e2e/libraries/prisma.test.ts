import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apps, checkpoint, end, restoreWith } from '../../support/copies.ts';
import { getJson, pause } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';
import { Postgres, postgresMissing } from '../../support/servers/postgres.ts';
import { Stores } from '../../support/stores.ts';

const SERVER = await freePorts(10);
const PORT = await freePorts(20);
const EXIT_FAILED = 1;

/** As `prisma migrate` makes them from the app's schema.prisma. */
const TABLES = `
  DROP TABLE IF EXISTS lines, orders;
  CREATE TABLE orders (
    id uuid PRIMARY KEY, uuid7 uuid UNIQUE NOT NULL, cuid text UNIQUE NOT NULL, cuid2 text UNIQUE NOT NULL,
    nanoid text UNIQUE NOT NULL, ulid text UNIQUE NOT NULL, store text NOT NULL
  );
  CREATE TABLE lines (id text PRIMARY KEY, "orderId" uuid NOT NULL REFERENCES orders)`;

/** The part of each kind of id that is drawn at random: the rest differs as long as no two are made in the same millisecond. */
const KINDS = {
  uuid: 'id::text',
  uuid7: 'right(uuid7::text, 12)',
  cuid: 'right(cuid, 8)',
  cuid2: 'cuid2',
  nanoid: 'nanoid',
  ulid: 'right(ulid, 16)',
};

const reason = postgresMissing();
let server: Postgres;

const sql = (database: string, text: string): string[] => server.sql(database, text).split('\n');

/** How often ids of each kind are in both databases. */
const inBoth = (): Record<string, number> => {
  const shared = (query: string) => {
    const known = new Set(sql('shop', query));
    return sql('other', query).filter((id) => known.has(id)).length;
  };
  return Object.fromEntries([
    ...Object.entries(KINDS).map(([kind, part]) => [kind, shared(`SELECT ${part} FROM orders`)] as const),
    ['lines', shared('SELECT id FROM lines')],
  ]);
};

const NONE = Object.fromEntries([...Object.keys(KINDS), 'lines'].map((kind) => [kind, 0]));

describe.skipIf(reason)(`Prisma on PostgreSQL${reason ? `: skipped, ${reason}` : ''}`, () => {
  let stores7: Stores;
  let stores6: Stores;

  beforeAll(async () => {
    stores7 = await Stores.ofApp('prisma', PORT, 'typescript', 'javascript');
    stores6 = await Stores.ofApp('prisma6', PORT, 'typescript', 'javascript');
    server = await Postgres.begin(SERVER, 'shop', 'other');
  }, 300_000);
  afterAll(() => server?.close());
  beforeEach(async () => {
    await server.forget();
    for (const database of ['shop', 'other']) server.sql(database, TABLES);
  });

  const rows = (database: string): number => Number(server.sql(database, 'SELECT count(*) FROM orders'));

  test.each([
    ['7 over TCP', 'one with another database', 'other', (database: string) => server.url(database)],
    ['7 over a unix socket', 'with one database', 'shop', (database: string) => server.socketUrl(database)],
    ['6 over TCP', 'one with another database', 'other', (database: string) => server.url(database)],
  ])(
    '%s: two copies, %s; nobody sees an error, no id is made twice',
    async (what, _, second, url) => {
      const stores = what.startsWith('7') ? stores7 : stores6;
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
      expect(rows('shop')).toBeGreaterThanOrEqual(before + 1000);
      expect(rows(second)).toBeGreaterThanOrEqual(1000);
      for (const [copy, database] of ['shop', second].entries()) {
        for (const name of stores.names)
          expect(await getJson(PORT + copy, `/${name}/count`)).toMatchObject({ database });
        await stores.expectNoErrors(PORT + copy);
      }
      // In one database its own constraints say so.
      if (second === 'other') expect(inBoth()).toEqual(NONE);
      expect(server.takeComplaints()).toEqual([]);
      await end(place, copies);
    },
    120_000,
  );

  test.each(['node22', 'node24', 'node26'] as const)(
    'on %s',
    async (name) => {
      const env = { DATABASE_URL: server.url('shop'), CRAC_NODE: (await apps(name))[name] };
      const program = await stores7.start(place, image, env);
      await checkpoint(place, program, image);
      const copies = restoreWith(place, { image, port: PORT }, [env, { DATABASE_URL: server.url('other') }]);
      await Promise.all([stores7.work(PORT, 50), stores7.work(PORT + 1, 50)]);
      expect(await getJson(PORT + 1, '/typescript/count')).toMatchObject({ database: 'other' });
      for (const port of [PORT, PORT + 1]) await stores7.expectNoErrors(port);
      expect(inBoth()).toEqual(NONE);
      await end(place, copies);
    },
    300_000,
  );

  test('an interactive transaction is finished before the dump', async () => {
    const env = { DATABASE_URL: server.url('shop') };
    const program = await stores7.start(place, image, env);
    for (const name of stores7.names) await getJson(PORT, `/${name}/transaction?ms=1500`);
    const slow = () => server.sql('shop', "SELECT count(*) FROM orders WHERE store = 'slow'");
    expect(slow()).toBe('0');
    await checkpoint(place, program, image);
    expect(slow()).toBe('4');

    const copies = restoreWith(place, { image, port: PORT }, [env]);
    for (const name of stores7.names) expect(await getJson(PORT, `/${name}/open`)).toEqual({ open: false });
    await stores7.work(PORT, 40);
    await stores7.expectNoErrors(PORT);
    expect(slow()).toBe('4');
    await end(place, copies);
  }, 300_000);

  test('one that does not end fails the checkpoint, which says so; the program goes on', async () => {
    const program = await stores7.start(place, image, { DATABASE_URL: server.url('shop') });
    await getJson(PORT, '/typescript/transaction?ms=7000');
    const { code, stderr } = await place.crac('checkpoint', image, '--wait', '2');
    expect({ code, stderr }).toEqual({
      code: EXIT_FAILED,
      stderr: `crac: the checkpoint failed; the program goes on
The checkpoint failed with 1 error; no image was made, the program goes on:

1. InFlightError: work is in flight that the dump would cut off: pg has a transaction open on 127.0.0.1:${SERVER}/shop. It did not end within 2 s. Finish or stop it in beforeCheckpoint, ask for the checkpoint when there is less to do, or give it longer: crac checkpoint --wait 6. (ERR_CRAC_IN_FLIGHT)
`,
    });
    await stores7.work(PORT, 40);
    // Now it has ended.
    for (let left = 40; left > 0 && (await getJson<{ open: boolean }>(PORT, '/typescript/open')).open; left--)
      await pause(200);
    await stores7.expectNoErrors(PORT);
    await checkpoint(place, program, image);
  }, 300_000);
});
