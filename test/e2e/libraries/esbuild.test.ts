import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, getJson, PROGRAMS } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';

const PORT = await freePorts();
const CODE = { code: 'let a = 1;\n' };

test('its process ends before the checkpoint, and the next call starts one; a context is refused', async () => {
  const program = place.start(
    CRAC,
    ['run', '--engine', 'direct', '--image', image, join(PROGRAMS, 'esbuild.cjs')],
    { env: { PORT: String(PORT) } },
  );
  expect(await getJson(PORT, '/watch')).toEqual(CODE);
  const refused = await place.crac('checkpoint', image);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /the program has a child process, \d+ \(\S*esbuild --service=\S+ --ping\), started at/,
  );
  expect(await getJson(PORT, '/dispose')).toEqual(CODE);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(await program.ended).toMatchObject({ code: 0, signal: null });
  const copy = place.start(CRAC, ['restore', image]);
  expect(await getJson(PORT)).toEqual(CODE);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  expect(await copy.ended).toMatchObject({ code: 0, signal: null });
  const second = place.start(CRAC, ['restore', image]);
  expect(await getJson(PORT)).toEqual(CODE);
  second.child.kill('SIGTERM');
  expect(await second.ended).toMatchObject({ signal: 'SIGTERM', stderr: '' });
});
