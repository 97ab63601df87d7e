import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apps, checkpoint, end, restoreWith, run } from '../../support/copies.ts';
import { CRAC, get, getJson, pause } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';
import { Postgres, postgresMissing } from '../../support/servers/postgres.ts';
import { Stores } from '../../support/stores.ts';

const SERVER = await freePorts(10);
const PORT = await freePorts(5);
const EXIT_FAILED = 1;

const reason = postgresMissing();
let server: Postgres;

describe.skipIf(reason)(`PostgreSQL${reason ? `: skipped, ${reason}` : ''}`, () => {
  let stores: Stores;

  beforeAll(async () => {
    stores = await Stores.of(PORT, 'pg', 'knex-pg', 'typeorm-pg', 'sequelize-pg');
    server = await Postgres.begin(SERVER, 'shop', 'other');
  }, 300_000);
  afterAll(() => server?.close());
  beforeEach(async () => {
    await server.forget();
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
      expect(server.takeComplaints()).toEqual([]);
      await end(place, copies);
    },
    120_000,
  );

  test('under a steady load of its own: the checkpoint finds its moment, and nothing is lost or done twice', async () => {
    const env = { DATABASE_URL: server.url('shop'), EVERY: '10' };
    const program = await stores.start(place, image, env);
    for (let i = 0; i < 3; i++)
      expect(await place.crac('checkpoint', image, '--leave-running')).toMatchObject({ code: 0, stderr: '' });
    await checkpoint(place, program, image);
    const copies = restoreWith(place, { image, port: PORT }, [
      env,
      { ...env, DATABASE_URL: server.url('other') },
    ]);
    await Promise.all([stores.work(PORT, 100), stores.work(PORT + 1, 100)]);
    for (const port of [PORT, PORT + 1]) await stores.expectNoErrors(port);
    await end(place, copies);
  }, 300_000);

  test.each(['node22', 'node24', 'node26'] as const)(
    'on %s',
    async (name) => {
      const CRAC_NODE = (await apps(name))[name];
      const env = { DATABASE_URL: server.url('shop'), CRAC_NODE };
      const program = await stores.start(place, image, env);
      await checkpoint(place, program, image);
      const copies = restoreWith(place, { image, port: PORT }, [env, { DATABASE_URL: server.url('other') }]);
      await Promise.all([stores.work(PORT, 50), stores.work(PORT + 1, 50)]);
      expect(await getJson(PORT + 1, '/pg/count')).toMatchObject({ database: 'other' });
      for (const port of [PORT, PORT + 1]) await stores.expectNoErrors(port);
      await end(place, copies);
    },
    300_000,
  );

  test('a transaction that does not end fails the checkpoint, which says so; the program goes on', async () => {
    const program = await stores.start(place, image, { DATABASE_URL: server.url('shop') });
    await getJson(PORT, '/pg/transaction?ms=7000');
    const { code, stderr } = await place.crac('checkpoint', image, '--wait', '2');
    expect({ code, stderr }).toEqual({
      code: EXIT_FAILED,
      stderr: `crac: the checkpoint failed; the program goes on
The checkpoint failed with 1 error; no image was made, the program goes on:

1. InFlightError: work is in flight that the dump would cut off: pg has a transaction open on 127.0.0.1:${SERVER}/shop. It did not end within 2 s. Finish or stop it in beforeCheckpoint, ask for the checkpoint when there is less to do, or give it longer: crac checkpoint --wait 6. (ERR_CRAC_IN_FLIGHT)
`,
    });
    await stores.work(PORT, 40);
    await getJson(PORT, '/pg/count');
    // Now it has ended.
    for (let left = 40; left > 0 && (await getJson<{ open: boolean }>(PORT, '/pg/open')).open; left--)
      await pause(200);
    await checkpoint(place, program, image);
  }, 300_000);

  test('--leave-running: the program and its copy both go on, without an error', async () => {
    const env = { DATABASE_URL: server.url('shop') };
    const program = await stores.start(place, image, env);
    expect(await place.crac('checkpoint', image, '--leave-running')).toMatchObject({ code: 0, stderr: '' });
    await stores.work(PORT, 100);
    const copy = place.start(CRAC, ['restore', image, '--listen', `${PORT}=${PORT + 1}`], { env });
    await Promise.all([stores.work(PORT, 100), stores.work(PORT + 1, 100)]);
    for (const port of [PORT, PORT + 1]) await stores.expectNoErrors(port);
    await end(place, [program, copy]);
  }, 300_000);

  test('a version that was not tried is left alone, and the checkpoint says so', async () => {
    const { 'old-libraries': app } = await apps('old-libraries');
    const env = { DATABASE_URL: server.url('shop') };
    const program = run(place, { image, words: [app], port: PORT, cwd: dirname(app), env });
    expect(await get(PORT)).toBe('shop');
    const { code, stderr } = await place.crac('checkpoint', image);
    expect(code).toBe(0);
    // In the order in which the libraries came to be known.
    const notes = stderr
      .replaceAll(realpathSync(dirname(app)), 'APP')
      .trim()
      .split('\n')
      .sort();
    expect(notes).toEqual([
      'crac: note: pg 8.7.3 is not a version that its adapter was tried with (>=8.11 <9), so nothing is done for it: the engine cuts its connections, and each restored copy sees them end. Let it go in beforeCheckpoint and take it up in afterRestore (docs/library.md), or install a version that was tried.',
      `crac: note: the connection to 127.0.0.1:${SERVER} belongs to no library that has an adapter: the engine cuts it, and each restored copy sees its end. Opened at Connection.connect (APP/node_modules/pg/lib/connection.js:38:17). Close it in beforeCheckpoint and open it again in afterRestore (docs/library.md)`,
      'crac: note: uuid 7.0.3 is not a version that its adapter was tried with (>=8.3 <12 or >=14.0 <15), so nothing is done for it: copies of one image may make the same ids. Use crypto.randomUUID(), or draw 128 ids in afterRestore and let them go (docs/library.md), or install a version that was tried.',
    ]);
    await program.ended;
    const copy = place.start(CRAC, ['restore', image], { env });
    expect(await get(PORT)).toBe('shop');
    expect(copy.stdout()).toBe('pool: Connection terminated unexpectedly\n');
    copy.child.kill('SIGKILL');
    await copy.ended;
  }, 300_000);
});
