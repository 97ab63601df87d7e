import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { compileAddon } from '../support/compile.ts';
import { apps, checkpoint, end, restoreTwice, run } from '../support/copies.ts';
import { get, getJson } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** Addons that have generators of their own, in memory that the engine brings back as it was. */

const PORT = await freePorts(5);
let paths: Record<'node24' | 'native-generators', string>;

beforeAll(async () => {
  paths = await apps('node24', 'native-generators');
}, 900_000);

type Drawn = Record<'function' | 'everywhere' | 'rand09' | 'page' | 'unaware', number>;

test.each(['this', 'node24'] as const)(
  'with %s node: an addon that is ready for a fork draws something else in each copy',
  async (version) => {
    const words = version === 'this' ? [] : ['--node', paths[version]];
    const addon = compileAddon('generators', place.path('generators.node'));
    writeFileSync(
      place.path('app.js'),
      `const { draw } = require(${JSON.stringify(addon)});
       draw();
       require('node:http').createServer((request, response) => response.end(JSON.stringify(draw())))
         .listen(${PORT}, '127.0.0.1');`,
    );
    const program = run(place, { image, words: [...words, place.path('app.js')], port: PORT });
    await getJson(PORT);
    await checkpoint(place, program, image);
    const copies = restoreTwice(place, { image, port: PORT });
    const [a, b] = [await getJson<Drawn>(PORT), await getJson<Drawn>(PORT + 1)];
    const alike = Object.keys(a).filter((name) => a[name as keyof Drawn] === b[name as keyof Drawn]);
    // The one that knows of no fork shows that the two copies go on from one state.
    expect(alike).toEqual(['unaware']);
    await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
  },
);

test.each(['this', 'node24'] as const)(
  "with %s node: @node-rs/argon2, whose salts come from Rust's rand::rng(), in every thread and in a child",
  async (version) => {
    const words = version === 'this' ? [] : ['--node', paths[version]];
    const program = run(place, { image, words: [...words, paths['native-generators']], port: PORT });
    expect(await getJson<string[]>(PORT)).toHaveLength(11);
    await checkpoint(place, program, image);
    const copies = restoreTwice(place, { image, port: PORT });
    const salts = [...(await getJson<string[]>(PORT)), ...(await getJson<string[]>(PORT + 1))];
    expect(new Set(salts).size).toBe(22);
    await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
  },
);

test('an addon that draws from rand() of libc, and a harmless one beside it: a note names the first', async () => {
  const folder = place.path('node_modules', '@acme', 'dice-linux-x64-gnu');
  const harmless = place.path('node_modules', 'plain');
  for (const each of [folder, harmless]) mkdirSync(each, { recursive: true });
  const dice = compileAddon('libc-rand', join(folder, 'dice.node'));
  const plain = compileAddon('generators', join(harmless, 'plain.node'));
  writeFileSync(
    place.path('app.js'),
    `require(${JSON.stringify(plain)});
     const { number } = require(${JSON.stringify(dice)});
     require('node:http').createServer((request, response) => response.end(String(number())))
       .listen(${PORT}, '127.0.0.1');`,
  );
  const program = run(place, { image, words: [place.path('app.js')], port: PORT });
  await get(PORT);
  expect(await place.crac('checkpoint', image)).toMatchObject({
    code: 0,
    stderr:
      "crac: note: @acme/dice (dice.node) has libc's rand() in native code: what it draws of that is the same in every copy. Load or open it in afterRestore, or in a child that is started after the restore, see docs/uniqueness.md\n",
  });
  await program.ended;
  const copies = restoreTwice(place, { image, port: PORT });
  expect(await get(PORT)).toBe(await get(PORT + 1)); // as the note says
  await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
});

/** OpenSSL as a library to link in; Debian's libssl-dev has it. */
const [libcrypto] = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/libcrypto.a`)
  .filter((path) => existsSync(path));

test.skipIf(libcrypto === undefined)(
  `an addon with a copy of OpenSSL of its own${libcrypto ? '' : ' (needs libcrypto.a of libssl-dev)'}`,
  async () => {
    const hidden = [libcrypto ?? '', '-Wl,--exclude-libs,ALL', '-Wl,-Bsymbolic'];
    const addon = compileAddon('own-openssl', place.path('own-openssl.node'), hidden);
    writeFileSync(
      place.path('app.js'),
      `const { draw } = require(${JSON.stringify(addon)});
       draw();
       require('node:http').createServer((request, response) => response.end(JSON.stringify(draw())))
         .listen(${PORT}, '127.0.0.1');`,
    );
    const program = run(place, { image, words: [place.path('app.js')], port: PORT });
    await getJson(PORT);
    await checkpoint(place, program, image);
    const copies = restoreTwice(place, { image, port: PORT });
    const drawn = [await getJson<string>(PORT), await getJson<string>(PORT + 1)];
    expect(drawn[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(drawn[0]).not.toBe(drawn[1]);
    await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
  },
);

test("SQLite's random() and randomblob(), in node's own SQLite", async () => {
  writeFileSync(
    place.path('app.js'),
    `const { DatabaseSync } = require('node:sqlite');
     const database = new DatabaseSync(':memory:');
     const draw = () => database.prepare('SELECT hex(randomblob(16)) AS blob, random() % 1000000000 AS number').get();
     draw();
     require('node:http').createServer((request, response) => response.end(JSON.stringify(draw())))
       .listen(${PORT}, '127.0.0.1');`,
  );
  const words = ['--node', paths.node24, '--no-warnings', place.path('app.js')];
  const program = run(place, { image, words, port: PORT });
  await getJson(PORT);
  await checkpoint(place, program, image);
  const copies = restoreTwice(place, { image, port: PORT });
  type Random = Record<'blob' | 'number', string | number>;
  const [a, b] = [await getJson<Random>(PORT), await getJson<Random>(PORT + 1)];
  expect(a.blob).toMatch(/^[0-9A-F]{32}$/);
  expect(a.blob).not.toBe(b.blob);
  expect(a.number).not.toBe(b.number);
  await end(place, copies, 'SIGTERM', { code: null, signal: 'SIGTERM' });
});
