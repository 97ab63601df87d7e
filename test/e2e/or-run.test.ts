import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, PROGRAMS } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
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

test('--or-run: where the restore is PID 1 itself, its init does not take itself for it', async () => {
  const image = place.path('for-container');
  const run = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'http-server.js')], {
    env: { PORT: String(PORT) },
  });
  await run.line(/listening on/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
  await run.ended;
  const conf = join(image, 'restore.conf');
  const directory = place.path('no-file-can-be-mounted-over-this');
  mkdirSync(directory);
  writeFileSync(conf, readFileSync(conf, 'utf8').replace(/^mark .*$/m, `mark ${directory}`));
  const cold = place.path('cold.js');
  writeFileSync(cold, "console.log(require('node:fs').readlinkSync('/proc/self/ns/pid'), process.pid);");

  const container = ['--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c'];
  const script = 'echo "$(readlink /proc/self/ns/pid) $$"; exec "$@"';
  const restore = await place.start('unshare', [
    ...container,
    ...[script, 'sh', CRAC, 'restore', image, '--timeout', '10', '--or-run', cold],
  ]).ended;
  const [namespace, where] = restore.stdout.split('\n');
  expect(restore.stderr).toContain(`cannot mount over ${directory}`);
  expect(where).toBe(namespace); // outside of what the restore has made
  expect(restore.stderr.match(/ without the image$/gm)).toHaveLength(1);
  expect(restore.code).toBe(0);
});
