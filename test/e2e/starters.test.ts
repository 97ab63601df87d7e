import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { apps, checkpoint, restoreTwice, run } from '../support/copies.ts';
import { get, getJson, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { Postgres, postgresMissing } from '../support/servers/postgres.ts';

// Larger applications as they are published: installed from the registry, and started by their own commands.
let entries: Record<'json-server' | 'node-red' | 'parse-server' | 'node24', string>;

beforeAll(async () => {
  entries = await apps('json-server', 'node-red', 'parse-server', 'node24');
}, 900_000);

interface Request {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

async function send<T>(port: number, path: string, { method = 'POST', headers, body }: Request): Promise<T> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : undefined) as T;
}

function end(copies: Running[]): void {
  for (const { child } of copies) child.kill('SIGKILL');
}

test('json-server: 122 packages', async () => {
  const port = 24640;
  const database = place.path('db.json');
  writeFileSync(database, JSON.stringify({ posts: [] }));
  const words = [entries['json-server'], '--port', String(port), database];
  const program = run(place, { image, words, port });
  await program.line(/http:\/\/localhost/);
  for (let i = 1; i <= 20; i++) await send(port, '/posts', { body: { title: `post ${i}` } });
  await checkpoint(place, program, image);

  const copies = restoreTwice(place, { image, port });
  for (const at of [port, port + 1]) {
    expect(await getJson<object[]>(at, '/posts?_sort=id')).toHaveLength(20);
    expect(await send(at, '/posts', { body: { title: 'more' } })).toEqual({ id: 21, title: 'more' });
  }
  end(copies);
});

/** A flow of Node-RED that counts its requests. */
const FLOW = [
  { id: 'tab', type: 'tab', label: 'Counter' },
  { id: 'in', type: 'http in', z: 'tab', url: '/count', method: 'get', wires: [['count']] },
  {
    id: 'count',
    type: 'function',
    z: 'tab',
    func: "flow.set('n', (flow.get('n') ?? 0) + 1); msg.payload = { count: flow.get('n') }; return msg;",
    outputs: 1,
    wires: [['out']],
  },
  { id: 'out', type: 'http response', z: 'tab', wires: [] },
];

test('Node-RED, with a flow: 441 packages', async () => {
  const port = 24644;
  const words = [entries['node-red'], '--port', String(port), '--userDir', place.path('user')];
  const program = run(place, { image, words, port, env: { CRAC_NODE: entries.node24 } });
  await program.line(/Started flows/);
  await send(port, '/flows', { body: FLOW });
  await program.line(/Started flows[\s\S]*Started flows/);
  for (let i = 1; i <= 50; i++) expect(await getJson(port, '/count')).toEqual({ count: i });
  await checkpoint(place, program, image);

  const copies = restoreTwice(place, { image, port });
  for (const at of [port, port + 1]) {
    for (let i = 51; i <= 100; i++) expect(await getJson(at, '/count')).toEqual({ count: i });
    expect(await get(at, '/')).toContain('<title>Node-RED</title>');
    expect(await getJson(at, '/flows')).toHaveLength(FLOW.length);
  }
  end(copies);
});

const reason = postgresMissing();

describe.skipIf(reason !== undefined)(
  `parse-server with PostgreSQL: 465 packages${reason ? ` (skipped: ${reason})` : ''}`,
  () => {
    const port = 24648;
    const headers = { 'X-Parse-Application-Id': 'shop', 'X-Parse-Master-Key': 'secret' };
    const items = '/parse/classes/Item';
    test('two copies go on with one database', async () => {
      const postgres = await Postgres.begin(24660, 'parse');
      try {
        // It does not decode the password in a URL.
        postgres.sql(
          'postgres',
          "CREATE ROLE parse LOGIN PASSWORD 'parse'; ALTER DATABASE parse OWNER TO parse",
        );
        const uri = `postgres://parse:parse@127.0.0.1:${postgres.port}/parse`;
        const words = [
          entries['parse-server'],
          ...['--appId', 'shop', '--masterKey', 'secret', '--port', String(port), '--host', '127.0.0.1'],
          ...['--serverURL', `http://127.0.0.1:${port}/parse`, '--databaseURI', uri],
        ];
        const env = { CRAC_NODE: entries.node24, PARSE_SERVER_LOGS_FOLDER: place.path('logs') };
        const program = run(place, { image, words, port, env });
        await program.line(/parse-server running on/);
        for (let i = 1; i <= 20; i++)
          await send(port, items, { headers, body: { name: `item ${i}`, price: i } });
        const load = sendUntilRefused(port);
        await checkpoint(place, program, image);
        const before = await load;

        const copies = restoreTwice(place, { image, port });
        const ids = new Set<string>();
        await getJson(port, '/parse/health');
        await getJson(port + 1, '/parse/health');
        for (let i = 0; i < 100; i++)
          for (const at of [port, port + 1])
            ids.add(
              (await send<{ objectId: string }>(at, items, { headers, body: { name: 'more' } })).objectId,
            );
        expect(ids.size).toBe(200);
        const stored = postgres.sql('parse', 'SELECT count(*), count(DISTINCT "objectId") FROM "Item"');
        const all = 20 + before + 200;
        expect(stored).toBe(`${all}|${all}`);
        end(copies);
      } finally {
        await postgres.close();
      }
    });

    /** A light load. @returns how many items were made before the program went away */
    async function sendUntilRefused(at: number): Promise<number> {
      for (let made = 0; ; made++) {
        try {
          await send(at, items, { headers, body: { name: 'load' } });
        } catch (error) {
          if (!(error instanceof TypeError)) throw error; // an answer, but not a good one
          return made;
        }
      }
    }
  },
);
