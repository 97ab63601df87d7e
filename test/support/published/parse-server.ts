import { copyFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FIXTURES } from '../build.ts';
import { Postgres } from '../servers/postgres.ts';
import { type Application, askJson } from './application.ts';

const KEYS = { 'x-parse-application-id': 'shop', 'x-parse-rest-api-key': 'a key of the tests' };

const WARM = join(FIXTURES, 'parse-server.http');

let users = 0;

/** Makes the application Parse Server: REST and GraphQL, on a PostgreSQL of its own. */
export async function parseServer(
  entry: string,
  port: number,
  node: string,
  database: number,
): Promise<Application> {
  const postgres = await Postgres.begin(database, 'shop');
  // Parse Server takes a password from the URI as it stands there: one with an escape in it is refused.
  postgres.sql('shop', "CREATE ROLE parse SUPERUSER LOGIN PASSWORD 'secret'");
  const url = (name: string) => `postgres://parse:secret@127.0.0.1:${database}/${name}`;
  const orders = (name: string) => postgres.sql(name, 'SELECT name FROM "Order"');
  const create = async (at: number, name: string, token?: string): Promise<string> => {
    const session = { ...KEYS, ...(token && { 'x-parse-session-token': token }) };
    return (await askJson<{ objectId: string }>(at, '/parse/classes/Order', { name }, session)).objectId;
  };
  return {
    port,
    logins: 20,
    ready: '/parse/health',
    paths: ['/parse/health', '/parse/classes/Order'],
    make: (at) => create(at, 'load'),
    async count(at) {
      const query = `where=${encodeURIComponent('{"name":"load"}')}&count=1&limit=0`;
      return (await askJson<{ count: number }>(at, `/parse/classes/Order?${query}`, undefined, KEYS)).count;
    },
    headers: KEYS,
    warm: ['--warm-file', WARM],
    begin(place) {
      const config = place.path('config.json');
      copyFileSync(join(dirname(entry), '../../../config.json'), config);
      const env = {
        CRAC_NODE: node,
        PARSE_SERVER_DATABASE_URI: url('shop'),
        PARSE_SERVER_URL: `http://127.0.0.1:${port}/parse`,
      };
      return { words: [entry, config], env };
    },
    async login(at) {
      const account = { username: `user ${at} ${users++}`, password: 'correct horse' };
      await askJson(at, '/parse/users', account, KEYS);
      return (await askJson<{ sessionToken: string }>(at, '/parse/login', account, KEYS)).sessionToken;
    },
    create: (at, token, name) => create(at, name, token),
    async read(at, token, id) {
      const session = { ...KEYS, 'x-parse-session-token': token };
      const query = `{ viewer { user { username } } order(id: "${id}") { objectId name } }`;
      return {
        rest: await askJson(at, `/parse/classes/Order/${id}`, undefined, session),
        graphql: await askJson(at, '/graphql', { query }, session),
      };
    },
    other() {
      // Its tables are made at the start only. Nobody is connected while there is no program.
      postgres.sql('postgres', 'CREATE DATABASE other TEMPLATE shop');
      return { PARSE_SERVER_DATABASE_URI: url('other') };
    },
    stored: () => [orders('shop'), orders('other')],
    complaints: () =>
      postgres.takeLog().match(/.*(unexpected EOF|reset by peer|could not (send|receive)).*/g) ?? [],
    close: () => postgres.close(),
  };
}
