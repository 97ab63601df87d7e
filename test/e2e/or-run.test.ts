import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, PROGRAMS } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { onlyCriu, onlyDirect } from '../support/which-engine.ts';

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

onlyCriu(
  'its engine is another program',
).test('--or-run: where the engine fails as well; nothing of the restore stays behind', async () => {
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

onlyCriu(
  'it mounts nothing',
).test('--or-run: where the restore is PID 1 itself, its init does not take itself for it', async () => {
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

onlyDirect(
  'the restore itself becomes the program',
).describe('--or-run where nothing of the restore is left', () => {
  /** With a file that a restore does not look at before it opens it. */
  async function imageWithout(device: string): Promise<string> {
    const image = place.path('image');
    const app = place.path('app.js');
    execFileSync('mknod', [device, 'c', '1', '3']);
    writeFileSync(
      app,
      `require('node:fs').openSync(${JSON.stringify(device)}); console.log('ready'); setInterval(() => {}, 1000);`,
    );
    writeFileSync(place.path('rules.yaml'), `type: file\npath: ${device}\naction: ignore\n`);
    const run = place.start(CRAC, ['run', '--image', image, '--policies', place.path('rules.yaml'), app]);
    await run.line(/ready/);
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
    await run.ended;
    rmSync(device);
    return image;
  }

  const cold = () => {
    writeFileSync(
      place.path('cold.js'),
      `console.log(JSON.stringify([process.argv.slice(2), process.cwd(), process.env.GREETING, process.stdin.read()]));
       process.on('SIGTERM', () => process.exit(4)); process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000);`,
    );
    return place.path('cold.js');
  };
  const isRoot = process.geteuid?.() === 0;

  test.skipIf(!isRoot)(
    'the program starts cold, as it would have been started at once (needs root)',
    async () => {
      const device = place.path('device');
      const image = await imageWithout(device);
      const refused = await place.crac('restore', image);
      expect(refused).toMatchObject({ code: 72, stdout: '' });
      expect(readdirSync(place.path('run')).filter((name) => /^\d/.test(name))).toEqual([]);

      mkdirSync(place.path('elsewhere'));
      const restore = await place.start(CRAC, ['restore', image, '--or-run', cold(), '--', 'a', 'b'], {
        cwd: place.path('elsewhere'),
        env: { GREETING: 'hello' },
      }).ended;
      expect(restore).toEqual({
        code: 4,
        signal: null,
        stdout: `${JSON.stringify([['a', 'b'], place.path('elsewhere'), 'hello', null])}\n`,
        stderr: `${refused.stderr}crac: starting ${place.path('cold.js')} without the image\n`,
      });
      expect(JSON.parse((await place.crac('ps', '--json')).stdout)).toEqual([]);
    },
  );

  test.skipIf(!isRoot)('as PID 1 (needs root)', async () => {
    const image = await imageWithout(place.path('device'));
    const container = ['--pid', '--fork', '--kill-child', '--mount-proc'];
    for (const from of [image, place.path('none')]) {
      const words = [CRAC, 'restore', from, '--timeout', '20', '--or-run', cold(), '--', 'c'];
      const restore = await place.start('unshare', [...container, ...words]).ended;
      expect(restore).toMatchObject({ code: 4, signal: null, stdout: expect.stringContaining('[["c"],') });
      expect(restore.stderr.match(/ without the image$/gm)).toHaveLength(1);
    }
  });

  test('without memory for the program', async () => {
    const image = place.path('image');
    const run = place.start(CRAC, ['run', '--image', image, join(PROGRAMS, 'http-server.js')], {
      env: { PORT: String(PORT) },
    });
    await run.line(/listening on/);
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0 });
    await run.ended;
    const words = ['sh', CRAC, 'restore', image, '--or-run', 'app.js', '--', 'x'];
    const restore = await place.start('sh', ['-c', 'ulimit -v 200000; exec "$@"', ...words], {
      env: { CRAC_NODE: 'echo' },
    }).ended;
    expect(restore).toMatchObject({ code: 0, stdout: 'app.js x\n' });
    expect(restore.stderr).toMatch(
      /^crac: cannot map memory: ENOMEM .*\n.*\ncrac: starting app\.js without the image\n$/,
    );
  });
});
