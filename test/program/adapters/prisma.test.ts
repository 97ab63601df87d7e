import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AdapterApi } from '../../../src/program/adapters/adapter.ts';
import { Doors } from '../../../src/program/adapters/doors.ts';
import { generatedAt } from '../../../src/program/adapters/generated.ts';
import { adapters } from '../../../src/program/adapters/libraries/ids.ts';
import { place } from '../../support/own-place.ts';

/** A folder as `prisma generate` makes it, where nothing else is said. */
function client({ name = 'prisma-client-0a1b', index = '' } = {}): string {
  const directory = place.path('generated');
  mkdirSync(join(directory, 'runtime'), { recursive: true });
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name }));
  writeFileSync(
    join(directory, 'index.js'),
    index || 'Prisma.prismaVersion = {\n  client: "7.10.0",\n  engine: "0edf"\n}\n',
  );
  return directory;
}

test('a client that was generated into the program is found, with the version that made it', () => {
  const directory = client();
  expect(generatedAt(join(directory, 'runtime/client.js'))).toEqual({
    name: '@prisma/client',
    directory,
    version: '7.10.0',
  });
});

test.each([
  ['another file of it', {}, 'index.js'],
  ['a program with a file of that name', { name: 'shop' }, 'runtime/client.js'],
  ['a client that does not say its version', { index: 'exports.Prisma = {};' }, 'runtime/client.js'],
])('%s is left alone', (_, files, path) => {
  expect(generatedAt(join(client(files), path))).toBeUndefined();
});

test('so is a folder without a package.json', () => {
  expect(generatedAt(place.path('runtime/client.js'))).toBeUndefined();
});

test('where the nanoid in the client is another one, the checkpoint says what that means', () => {
  const hook = adapters.find((each) => each.package === '@prisma/client')?.files['runtime/client.js'];
  if (typeof hook !== 'object' || typeof hook.append !== 'function') throw new Error('no such hook');
  expect(hook.append('let pool;')).toBe('');
  const notes: string[] = [];
  const api: AdapterApi = {
    version: '7.99.0',
    doors: new Doors(),
    register() {},
    warn: (text) => notes.push(text),
  };
  hook.install?.({} as never, api);
  expect(notes).toEqual([
    'the nanoid in @prisma/client 7.99.0 is not as known, so copies of one image may make the same ids. Let the database make them: @default(dbgenerated("gen_random_uuid()")).',
  ]);
  // As they stand in the clients of 6.16.
  const nanoid = 'tt=Buffer.allocUnsafe(e*Zf),yo.webcrypto.getRandomValues(tt),Mt=0';
  const uuid = 'Wn=new Uint8Array(256),Jn=Wn.length;';
  const appended = hook.append(`var tt,Mt,${uuid}function Xf(e){!tt&&(${nanoid})}`);
  expect(appended).toContain('if (tt) Mt = tt.length;');
  expect(appended).toContain('if (Wn) Jn = Wn.length;');
  hook.install?.({} as never, api);
  expect(notes).toHaveLength(1);
});
