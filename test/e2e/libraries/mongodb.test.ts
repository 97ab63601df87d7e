import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { apps, checkpoint, end, restoreTwice, run } from '../../support/copies.ts';
import { getJson } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';

const PORT = await freePorts(5);

interface Ids {
  objectId: string;
  mongoose: string;
  session: string;
  kept: string;
}

test('ObjectIds and sessions are each copy’s own', async () => {
  const folder = dirname((await apps('databases')).databases);
  const program = run(place, {
    image,
    words: [join(folder, 'mongodb-ids.js')],
    port: PORT,
    cwd: folder,
  });
  await program.line(/listening/);
  const [first, again] = [await getJson<Ids>(PORT), await getJson<Ids>(PORT)];
  expect(again.session).toBe(first.session); // it is used again, so the copies would have it too
  expect(again.objectId.slice(0, 10)).toBe(first.objectId.slice(0, 10));
  await checkpoint(place, program, image);

  const copies = restoreTwice(place, { image, port: PORT });
  const [one, other] = [await getJson<Ids>(PORT), await getJson<Ids>(PORT + 1)];
  for (const port of [PORT, PORT + 1]) {
    // The pool gives out the one that came back last.
    const { session, kept } = await getJson<Ids>(port, '/end');
    expect(session).not.toBe(kept);
  }
  const parts = [first, one, other];
  expect(new Set(parts.map(({ session }) => session)).size).toBe(3);
  expect(new Set(parts.map(({ objectId }) => objectId.slice(0, 10))).size).toBe(3);
  expect(new Set(parts.flatMap(({ objectId, mongoose }) => [objectId, mongoose])).size).toBe(6);
  await end(place, copies);
});
