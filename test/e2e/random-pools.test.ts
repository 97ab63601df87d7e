import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { apps, checkpoint, end, restoreTwice, run } from '../support/copies.ts';
import { getJson, PROGRAMS, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const program = join(PROGRAMS, 'random-pools.js');

const NOTE = `512 random bytes were drawn at Object.<anonymous> (${program}:7:21), and their memory is gone: if ids are cut from what was made of them (a string, a list), all copies make the same ones. Draw anew in onCopy() (docs/library.md).`;

type Ids = Record<'pool' | 'text' | 'signed', string>;

/** Without paths and PIDs. */
const rowsOf = (text: string): string[] => {
  const lines = text.replaceAll(`${PROGRAMS}/`, '').split('\n');
  const start = lines.indexOf('random bytes in memory');
  return lines.slice(start, lines.indexOf('', start)).map((line) => line.trim().replace(/ {2,}/g, '  '));
};

test('the checkpoint says what each copy draws anew and what stays, and names what it cannot reach', async () => {
  const running = run(place, { image, words: [program], port: PORT });
  const before = await getJson<Ids>(PORT, '/');
  const dry = await place.crac('checkpoint', image, '--dry-run');
  expect(dry).toMatchObject({ code: 0, stderr: `crac: note: ${NOTE}\n` });
  expect(rowsOf(dry.stdout)).toEqual([
    'random bytes in memory',
    'BYTES  DRAWN BY  AT  IN COPIES  WHY',
    '1024  randomBytes  Object.<anonymous> (random-pools.js:5:21)  renewed  larger than a key: 1024 bytes',
    '200  randomBytes  Object.<anonymous> (random-pools.js:6:23)  kept  it was given to createHmac()',
    '512  randomBytes  Object.<anonymous> (random-pools.js:7:21)  gone  what was made of it (a string, a list) is the same in all copies',
  ]);
  const real = await place.crac('checkpoint', image, '--json');
  expect(real).toMatchObject({ code: 0, stderr: `crac: note: ${NOTE}\n` });
  expect(JSON.parse(real.stdout).randomness).toMatchObject([
    { bytes: 1024, renewed: 1024, action: 'renewed', by: 'randomBytes' },
    { bytes: 200, renewed: 0, action: 'kept' },
    { bytes: 512, action: 'gone' },
  ]);
  expect(await running.ended).toMatchObject({ code: 0 });
  const copies = restoreTwice(place, { image, port: PORT });
  const [a, b] = [await getJson<Ids>(PORT, '/'), await getJson<Ids>(PORT + 1, '/')];
  expect(a.pool).not.toBe(b.pool);
  expect(a.text).toBe(b.text); // as the note says
  expect([a.signed, b.signed]).toEqual([before.signed, before.signed]);
  await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
});

test('what an onCopy callback throws is told by the copy, which goes on', async () => {
  const running = run(place, {
    image,
    words: [program],
    port: PORT,
    env: { NODE_CRAC: join(ROOT, 'dist/index.cjs') },
  });
  await getJson<Ids>(PORT, '/');
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
  await running.ended;
  const [copy] = restoreTwice(place, { image, port: PORT }).slice(0, 1);
  await copy?.line(/onCopy\(takeName\): Error: no name left/);
  expect(await getJson<Ids>(PORT, '/')).toMatchObject({ pool: expect.any(String) });
});

// A program of ES modules asks for crypto where nothing can be put between; it is told from one of CommonJS files.
test.for([
  ['20', 'mjs', "import { randomFillSync } from 'node:crypto'; import http from 'node:http';"],
  ['20', 'cjs', "const { randomFillSync } = require('node:crypto'); const http = require('node:http');"],
  ['24', 'mjs', "import { randomFillSync } from 'node:crypto'; import http from 'node:http';"],
  ['24', 'cjs', "const { randomFillSync } = require('node:crypto'); const http = require('node:http');"],
] as const)('a pool of a package of its own, Node %s, .%s', async ([version, extension, head]) => {
  const { node24 } = await apps('node24');
  const own = place.path(`app.${extension}`);
  writeFileSync(
    own,
    `${head}
const pool = Buffer.allocUnsafe(3072);
let at = pool.length;
function id() {
  if (at + 24 > pool.length) { randomFillSync(pool); at = 0; }
  at += 24;
  return pool.toString('base64url', at - 24, at);
}
id();
http.createServer((request, response) => response.end(JSON.stringify(id()))).listen(${PORT}, '127.0.0.1');
`,
  );
  const node = version === '24' ? ['--node', node24] : [];
  const running = run(place, { image, words: [...node, own], port: PORT });
  const ids = [await getJson<string>(PORT, '/')];
  await checkpoint(place, running, image);
  const copies = restoreTwice(place, { image, port: PORT });
  for (const port of [PORT, PORT + 1, PORT, PORT + 1]) ids.push(await getJson<string>(port, '/'));
  expect(new Set(ids).size).toBe(5);
  await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
});
