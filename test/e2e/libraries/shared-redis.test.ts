import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apps, checkpoint, end, restoreWith, run } from '../../support/copies.ts';
import { getJson, pause, ROOT } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';
import { Redis, redisMissing } from '../../support/servers/redis.ts';

const SERVER = await freePorts(10);
const PORT = await freePorts(5);
const KINDS = ['redis', 'ioredis', 'streams'] as const;
const EACH = 200;

const reason = redisMissing();
let server: Redis;

type Heard = Record<(typeof KINDS)[number], string[]>;

interface Orders {
  before: string[];
  done: string[];
}

const messages = (name: string): string[] => Array.from({ length: EACH }, (_, i) => `${name} ${i}`).sort();

async function until<T>(look: () => Promise<T>, isThere: (seen: T) => boolean): Promise<T> {
  for (let i = 0; ; i++) {
    const seen = await look();
    if (isThere(seen) || i === 400) return seen;
    await pause(50);
  }
}

describe.skipIf(reason)(`Redis${reason ? `: skipped, ${reason}` : ''}`, () => {
  beforeAll(async () => {
    server = await Redis.begin(SERVER);
  }, 300_000);
  afterAll(() => server?.close());

  const twoCopies = async (node?: string): Promise<void> => {
    const { 'shared-redis': entry } = await apps('shared-redis');
    server.cli('FLUSHALL');
    const words = [...(node ? ['--node', node] : []), entry];
    const env = { REDIS_URL: server.url(0), NODE_CRAC: `${ROOT}/dist/index.cjs` };
    const program = run(place, { image, words, port: PORT, env });
    await program.line(/listening/);
    await getJson(PORT, `/work/${EACH}`);
    await checkpoint(place, program, image);

    const copies = restoreWith(place, { image, port: PORT }, [env, env]);
    const ports = [PORT, PORT + 1];
    const names = await Promise.all(ports.map((port) => getJson<string>(port, '/name')));
    const others = [...names].reverse();
    for (const kind of KINDS)
      for (const [i, port] of ports.entries()) {
        const answers = await until(
          () => getJson<unknown>(port, `/who/${kind}`),
          (seen) => Array.isArray(seen) && seen.length > 0,
        );
        expect({ kind, answers }).toEqual({ kind, answers: [others[i]] });
      }
    await Promise.all(ports.map((port) => getJson(port, `/work/${EACH}`)));
    for (const [i, port] of ports.entries()) {
      const heard = await until(
        () => getJson<Heard>(port, '/heard'),
        (seen) => KINDS.every((kind) => seen[kind].length >= EACH),
      );
      for (const kind of KINDS)
        expect({ kind, heard: heard[kind].sort() }).toEqual({ kind, heard: messages(others[i] as string) });
    }
    const ordered = [...names, 'original'].flatMap(messages).sort();
    const orders = async () => {
      const [one, other] = await Promise.all(ports.map((port) => getJson<Orders>(port, '/done')));
      return [...(one?.before ?? []), ...(one?.done ?? []), ...(other?.done ?? [])].sort();
    };
    expect(await until(orders, (seen) => seen.length >= ordered.length)).toEqual(ordered);
    for (const port of ports) expect(await getJson(port, '/errors')).toEqual([]);
    await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
  };

  test(
    'two copies with Socket.IO and Bull hear each other, and no order is done twice',
    () => twoCopies(),
    120_000,
  );

  test('Node 24: the same', async () => twoCopies((await apps('node24')).node24), 120_000);
});
