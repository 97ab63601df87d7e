import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

const PORT = 20190;
/** Resolves when the answer has begun: the request is in flight. (In an object: a promise would be awaited whole.) */
async function ask(milliseconds: number): Promise<{ answer: Promise<string> }> {
  const response = await fetch(`http://127.0.0.1:${PORT}/?ms=${milliseconds}`);
  return { answer: response.text().catch((error: Error) => error.message) };
}

test('requests in flight are finished before the dump', async () => {
  const run = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'slow-server.js')], {
    env: { PORT: String(PORT) },
  });
  await run.line(/listening on/);
  const asked = [await ask(900), await ask(1500)];
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(await Promise.all(asked.map(({ answer }) => answer))).toEqual([
    'begun, done 1\n',
    'begun, done 2\n',
  ]);
  await run.ended;

  const restore = place.start(CRAC, ['restore', image]);
  expect(await get(PORT, '/?ms=1')).toBe('begun, done 3\n');
  restore.child.kill('SIGTERM');
  await restore.ended;
});
