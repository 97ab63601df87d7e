import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { apps, checkpoint, restoreTwice, run } from '../support/copies.ts';
import { get, Place } from '../support/crac.ts';
import { freePorts } from '../support/ports.ts';

const NAMES = ['express', 'fastify', 'nest', 'next'] as const;
let entries: Record<(typeof NAMES)[number], string>;
let place: Place;

beforeAll(async () => {
  entries = await apps(...NAMES);
}, 900_000);
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.close());

const post = async (port: number, path: string, body: unknown): Promise<unknown> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify(body),
  });
  return response.json();
};

const json = async (port: number, path: string): Promise<unknown> => JSON.parse(await get(port, path));

/** Returns the shapes of answers, so that all of both copies can be compared with what the image had. */
interface Counted {
  count: number;
  startedAt: string;
}

interface App {
  name: (typeof NAMES)[number];
  port: number;
  /** The request that adds one to its counter. */
  count(port: number): Promise<unknown>;
  /** Requests that load and compile what real use would. */
  warm(port: number): Promise<void>;
  /** Requests that must be answered the same by the program before and by all copies after. */
  kept(port: number): Promise<unknown>;
  started: RegExp;
}

const withItems = (name: 'express' | 'fastify', port: number): App => ({
  name,
  port,
  started: /listening on/,
  count: (at) => json(at, '/count'),
  warm: async (at) => {
    for (let i = 0; i < 20; i++) await post(at, '/items', { name: `item ${i}`, price: i });
    for (let i = 0; i < 20; i++) await get(at, `/items?q=item`);
  },
  kept: (at) => json(at, '/items?q=item'),
});

const PORT = await freePorts(8);

const APPS: App[] = [
  withItems('express', PORT),
  withItems('fastify', PORT + 2),
  {
    name: 'nest',
    port: PORT + 4,
    started: /listening on/,
    count: (at) => json(at, '/count'),
    warm: async (at) => {
      await get(at, '/warm');
      for (let i = 0; i < 5; i++) await get(at, '/catalog/search?q=a&limit=5');
    },
    kept: (at) => json(at, '/catalog/categories'),
  },
  {
    name: 'next',
    port: PORT + 6,
    started: /Ready in/,
    count: (at) => post(at, '/api/count', {}),
    warm: async (at) => {
      for (const path of ['/', '/about', '/robots.txt', '/api/count']) await get(at, path);
    },
    kept: (at) => get(at, '/robots.txt'),
  },
];

describe.each(APPS)('$name, unmodified', ({ name, port, count, warm, kept, started }) => {
  test('goes on in two copies side by side, each with the state of the image and then its own', async () => {
    const image = place.path('image');
    const program = run(place, { image, words: [entries[name]], port });
    await program.line(started, 120);
    await warm(port);
    const first = (await count(port)) as Counted;
    const before = await kept(port);
    await checkpoint(place, program, image);

    const copies = restoreTwice(place, { image, port });
    const { startedAt } = first;
    expect(await kept(port)).toEqual(before);
    expect(await kept(port + 1)).toEqual(before);
    expect([await count(port), await count(port), await count(port)]).toEqual(
      [1, 2, 3].map((more) => ({ count: first.count + more, startedAt })),
    );
    expect(await count(port + 1)).toEqual({ count: first.count + 1, startedAt });

    for (const { child } of copies) child.kill('SIGTERM');
    for (const { ended } of copies) expect(await ended).toMatchObject({ stderr: '' });
  });
});
