import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apps, checkpoint, restoreWith, run } from '../support/copies.ts';
import { getJson, ROOT, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { Postgres, postgresMissing } from '../support/servers/postgres.ts';

const SERVER = await freePorts(10);
const PORT = await freePorts(5);

const reason = postgresMissing();

interface Answer {
  database: string;
  greeting?: string;
  hooks: string[];
}

/** As `npm` on the command line is found. */
const npm = (): string =>
  realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim());

describe.skipIf(reason)(`an application that is a child${reason ? `: skipped, ${reason}` : ''}`, () => {
  let server: Postgres;
  let folder: string;

  beforeAll(async () => {
    folder = join(dirname((await apps('launchers')).launchers), '../../..');
    server = await Postgres.begin(SERVER, 'shop', 'other');
  }, 300_000);
  afterAll(() => server?.close());
  beforeEach(() => server.forget());

  const environment = (database: string, more: Record<string, string> = {}) => ({
    DATABASE_URL: server.url(database),
    CRAC_LIBRARY: join(ROOT, 'dist/index.cjs'),
    PM2_HOME: place.path('pm2'),
    ...more,
  });

  const start = async (words: string[], env = {}): Promise<Running> => {
    const program = run(place, { image, words, port: PORT, cwd: folder, env: environment('shop', env) });
    expect(await getJson<Answer>(PORT)).toEqual({ database: 'shop', hooks: [] });
    return program;
  };

  /** `PATH` and the like are the caller's own: what the program had from it, it has from each restore. */
  const restored = (more: Record<string, string>[]): Running[] =>
    restoreWith(
      place,
      { image, port: PORT },
      ['shop', 'other'].map((database, copy) => environment(database, more[copy])),
    );

  test.each([
    ['tsx', () => [join(folder, 'node_modules/tsx/dist/cli.mjs'), 'app.ts']],
    ['npm start', () => [npm(), 'start']],
    [
      'PM2',
      () => [join(folder, 'node_modules/pm2/bin/pm2-runtime'), 'start', 'dist/app.js', '--name', 'shop'],
    ],
    ['cluster', () => [join(folder, 'cluster.js')]],
  ])(
    '%s: connections, hooks and environment are those of each copy',
    async (_, words) => {
      const program = await start(words());
      await checkpoint(place, program, image);
      await server.restart();

      const copies = restored([{ GREETING: 'one' }, { GREETING: 'two' }]);
      const hooks = ['before', 'after'];
      expect(await getJson(PORT)).toEqual({ database: 'shop', greeting: 'one', hooks });
      expect(await getJson(PORT + 1)).toEqual({ database: 'other', greeting: 'two', hooks });
      expect(await getJson(PORT)).toMatchObject({ database: 'shop', greeting: 'one' });
      expect(server.takeComplaints()).toEqual([]);
      for (const copy of copies) copy.child.kill('SIGKILL');
    },
    120_000,
  );
});
