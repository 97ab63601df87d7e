import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, PROGRAMS } from '../support/crac.ts';
import { place } from '../support/own-place.ts';

const PORT = 20180;
const SCRIPT = join(PROGRAMS, 'timer-script.js');
test('--or-run: without an image the program starts cold, with its arguments, and it is said why', async () => {
  const image = place.path('none');
  const { code, stdout, stderr } = await place.crac(
    'restore',
    image,
    '--or-run',
    SCRIPT,
    '--',
    '2',
    '5',
    '1',
  );
  expect(stderr).toBe(
    `crac: no image at ${image} (No such file or directory). Make one with\n  crac run --image ${image} app.js\n  crac checkpoint ${image}\ncrac: starting ${SCRIPT} without the image\n`,
  );
  expect(stdout).toContain('1');
  expect(code).toBe(5);
});

test('--or-run: where the engine fails as well; nothing of the restore stays behind', async () => {
  const image = place.path('image');
  const run = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'http-server.js')], {
    env: { PORT: String(PORT) },
  });
  await run.line(/listening on/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
  await run.ended;

  const restore = place.start(
    CRAC,
    ['restore', image, '--engine-option=--no-such-option', '--or-run', join(PROGRAMS, 'http-server.js')],
    { env: { PORT: String(PORT) } },
  );
  expect(JSON.parse(await get(PORT))).toMatchObject({ count: 1 });
  expect(restore.stderr()).toContain(
    `crac: starting ${join(PROGRAMS, 'http-server.js')} without the image\n`,
  );
  expect(JSON.parse((await place.crac('ps', '--json')).stdout)).toEqual([]);
});

test('--or-run: a mistake in the command line is still one', async () => {
  mkdirSync(place.path('empty'));
  expect(await place.crac('restore', place.path('empty'), '--or-run', SCRIPT, '--no-such')).toMatchObject({
    code: 2,
    stdout: '',
  });
});
