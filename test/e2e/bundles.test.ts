import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apps, checkpoint, end, restoreWith, run } from '../support/copies.ts';
import { getJson } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { Mariadb, mariadbMissing } from '../support/servers/mariadb.ts';
import { Postgres, postgresMissing } from '../support/servers/postgres.ts';
import { Redis, redisMissing } from '../support/servers/redis.ts';

const PORT = await freePorts(10);
const SERVER = await freePorts(10);

const reason = postgresMissing() ?? mariadbMissing() ?? redisMissing();

describe.skipIf(reason)(`libraries in a bundle${reason ? `: skipped, ${reason}` : ''}`, () => {
  let postgres: Postgres;
  let mariadb: Mariadb;
  let redis: Redis;
  let folder: string;

  beforeAll(async () => {
    folder = join(dirname((await apps('launchers')).launchers), '../../../dist');
    postgres = await Postgres.begin(SERVER, 'shop', 'other');
    mariadb = await Mariadb.begin(SERVER + 1, 'shop', 'other');
    redis = await Redis.begin(SERVER + 2);
  }, 300_000);
  afterAll(() => Promise.all([postgres, mariadb, redis].map((each) => each?.close())));
  beforeEach(() => Promise.all([postgres.forget(), mariadb.forget()]));

  const environment = (database: string) => ({
    DATABASE_URL: postgres.url(database),
    MYSQL_URL: mariadb.url(database),
    REDIS_URL: redis.url(0),
  });
  const answers = (database: string) => ({
    pg: [database, true],
    mysql2: [database, database],
    ioredis: ['OK', 'here'],
    redis: ['OK', 'here'],
  });

  test.each([
    ['esbuild', 'stores.bundle.js'],
    ['esbuild, minified', 'stores.min.js'],
    ['esbuild, minified, an ES module', 'stores.min.mjs'],
  ])(
    '%s: two copies, one with other databases; nobody sees an error',
    async (_, file) => {
      const names = ['pg', 'mysql2', 'ioredis', 'redis'];
      const words = [join(folder, file), ...names];
      const program = run(place, { image, words, port: PORT, env: environment('shop') });
      await program.line(/listening/);
      await getJson(PORT); // the first notification may come after the answer
      expect(await getJson(PORT)).toEqual(answers('shop'));
      await checkpoint(place, program, image);
      await Promise.all([postgres.restart(), mariadb.restart(), redis.restart()]);

      const databases = ['shop', 'other'];
      const copies = restoreWith(place, { image, port: PORT }, databases.map(environment));
      for (const [copy, database] of databases.entries()) {
        await getJson(PORT + copy);
        expect(await getJson(PORT + copy)).toEqual(answers(database));
      }
      expect(postgres.takeComplaints()).toEqual([]);
      for (const { stderr } of copies) expect(stderr()).toBe('');
      await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
    },
    120_000,
  );
});
