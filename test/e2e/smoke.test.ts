import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, getJson, PROGRAMS } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
test('a program is run, checkpointed and restored with its state', async () => {
  const image = place.path('image');
  const run = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'http-server.js')], {
    env: { PORT: String(PORT) },
  });
  await run.line(/listening on/);
  const before = await getJson<{ count: number }>(PORT);

  const checkpoint = await place.crac('checkpoint', image);
  expect(checkpoint).toMatchObject({ code: 0, stderr: '' });
  expect(await run.ended).toMatchObject({ code: 0, signal: null });

  const restore = place.start(CRAC, ['restore', image]);
  const after = await getJson<{ count: number }>(PORT);
  expect(after.count).toBe(before.count + 1);
  restore.child.kill('SIGTERM');
  expect(await restore.ended).toMatchObject({ code: 0, signal: null });
});
