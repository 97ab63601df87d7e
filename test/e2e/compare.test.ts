import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builder, expectClean, FIXTURES, plain, restored, SHOP } from '../support/build.ts';
import { getJson, PROGRAMS, ROOT } from '../support/crac.ts';
import { engineThat } from '../support/engine.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const GENERATORS = join(FIXTURES, 'generators.mjs');
const build = builder(PORT);

const asking = (...paths: string[]): string[] => paths.flatMap((path) => ['--warm', path]);
const FAULTS = ['/twister', '/token', '/list', '/cookie', '/nonce', '/page', '/object', '/binary', '/pin'];

/** Values are others each time; columns are as wide as they are. */
const places = (text: string): string[] =>
  [...text.matchAll(/^ {2}(GET .*?) {3,}\S.*$/gm)].map(([, place = '']) => place.trim());

const PLACES = [
  'GET /twister: JSON $.user.number',
  'GET /twister: JSON $.user.share',
  'GET /token: JSON $.token',
  'GET /list: JSON $.items[*].id',
  'GET /cookie: cookie sid',
  'GET /nonce: header x-nonce',
  'GET /page: HTML after <input name="csrf" value="',
  'GET /object: JSON $._id',
  'GET /binary: the binary body',
  'GET /pin: JSON $.code',
];

describe('crac build', () => {
  test('finds what both copies give out, and where; the image is made', async () => {
    const { code, stdout, stderr } = await build([...asking(...FAULTS), '--count', '5', GENERATORS]);
    expect({ code, places: places(stderr) }).toEqual({ code: 0, places: PLACES });
    expect(stderr).toContain(
      'crac: WARNING: two copies of this image give out the same values, and they are new with each answer:\n',
    );
    expect(stdout).toContain(`crac restore ${image}\n`);
    expectClean(['image']);
  });

  test('what may be equal is told apart, or allowed', async () => {
    const { code, stdout, stderr } = await build([
      '--json',
      '--strict',
      ...asking('/fine', '/hits', '/nonce'),
      '--allow-equal',
      'header x-nonce',
      '--count',
      '5',
      GENERATORS,
    ]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(
      'crac: a counter that both copies go on with (fine for hit counters, wrong for ids): GET /hits: JSON $.hits; GET /hits: JSON $.next\n',
    );
    const { equal, notCompared } = JSON.parse(stdout).copies as {
      equal: { fault: boolean }[];
      notCompared: string[];
    };
    expect({ faults: equal.filter(({ fault }) => fault), notCompared }).toEqual({
      faults: [],
      notCompared: [],
    });
  });

  test('--strict: no image is made, and the one that was there stays', async () => {
    expect(await build(['--wait-ready', SHOP])).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = await build(['--strict', '--json', ...asking('/token'), GENERATORS]);
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      step: 'copies',
      exitCode: 5,
      message: 'two copies give out the same, and --strict was given: no image was made',
    });
    expect(stderr).toMatch(
      /\ncrac: two copies give out the same, and --strict was given: no image was made\n$/,
    );
    expectClean(['image']);
    expect(await restored(PORT, () => getJson(PORT, '/items'))).toHaveLength(3);
  });

  test('what a warm-up script asks is not compared, and that is said', async () => {
    const script = join(FIXTURES, 'warm.mjs');
    const { code, stderr } = await build(['--warm-script', script, SHOP]);
    expect({ code, stderr: plain(stderr) }).toEqual({
      code: 0,
      stderr: expect.stringContaining(
        'crac: two copies, not compared: what ROOT/test/fixtures/build/warm.mjs asks for; name requests with --warm or --warm-file to have their answers compared\n',
      ),
    });
  });

  test('a program without a server: what it prints', async () => {
    writeFileSync(
      place.path('worker.cjs'),
      `const { createHash, randomUUID } = require('node:crypto');
       let last = randomUUID();
       const next = () => (last = createHash('sha256').update(last).digest('hex'));
       console.log('started');
       setInterval(() => console.log(JSON.stringify({ job: next() })), 50);`,
    );
    const { code, stderr } = await build(['--ready-line', 'started', place.path('worker.cjs')]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(
      'crac: two copies, not compared: there is no server to ask, so only what it prints is\n',
    );
    expect(stderr).toMatch(/^ {2}its output: JSON line \* \$\.job {3}[0-9a-f]{44}…/m);
  });

  test('the line that drew what is the same in both copies is named, where it is known', async () => {
    writeFileSync(
      place.path('cut.cjs'),
      `const pool = require('node:crypto').randomBytes(4096).toString('hex');
       let at = 0;
       require('node:http').createServer((_, response) => response.end(pool.slice(at, at += 16)))
         .listen(process.env.PORT, '127.0.0.1');`,
    );
    const { code, stderr } = await build([place.path('cut.cjs')]);
    expect(code, stderr).toBe(0);
    expect(plain(stderr)).toMatch(
      /^Drawn before the checkpoint, and the same in both:\n {2}4096 bytes by randomBytes, .*PLACE\/cut\.cjs:1:\d+.*: .*$/m,
    );
  });

  test('a program that makes its own checkpoint: its copies are asked twice', async () => {
    writeFileSync(
      place.path('own.mjs'),
      `import { createServer } from 'node:http';
       import { createHash, randomUUID } from 'node:crypto';
       import { checkpointRestore } from '${ROOT}/dist/index.js';
       let last = randomUUID();
       const next = () => (last = createHash('sha256').update(last).digest('base64url'));
       await checkpointRestore();
       createServer((_, response) => response.end(next()))
         .listen(process.env.PORT, '127.0.0.1');`,
    );
    const { code, stderr } = await build([place.path('own.mjs')]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^ {2}GET \/: text, line 1 {3}[\w-]{43} {3}2 times$/m);
  });

  test('a restored program that dies: its error, not what it printed last', async () => {
    const program = place.path('dies.mjs');
    writeFileSync(
      program,
      `import { createServer } from 'node:http';
       import { getGlobalContext } from '${ROOT}/dist/index.js';
       createServer((_, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1');
       let calls = 0; // the first is the check's
       globalThis.hook = { beforeCheckpoint() {}, afterRestore() { if (++calls > 1) setTimeout(lost, 1); } };
       getGlobalContext().register(globalThis.hook);
       process.on('exit', () => { for (let n = 0; n < 30; n++) console.error('closing', n); });
       function lost() { throw new TypeError('the session is lost'); }`,
    );
    const { code, stderr } = await build([program]);
    expect(code).toBe(72);
    expect(plain(stderr)).toMatch(
      /\ncrac: the restored program is not well: it ended with exit code 1\nits error:\n {2}file:\/\/PLACE\/dies.mjs:8\n.*lost\(\).*\n\s+\^\n\n {2}TypeError: the session is lost\n {6}at .*\n/,
    );
    expect(stderr).not.toContain('closing');
    expectClean();
  });

  test('a second copy that cannot be restored after the first: a warning, and with --strict no image', async () => {
    const once = `[ -e '${place.path('restored')}' ] && { echo 'Error (criu/cr-restore.c:1): no second time' >&2; exit 1; }
touch '${place.path('restored')}'
exec "$CRIU" "$@"`;
    const env = { CRAC_CRIU_PATH: engineThat(place, 'restore', once) };
    const program = join(PROGRAMS, 'http-server.js');
    const warned = await build([program], env);
    expect(warned.code, warned.stderr).toBe(0);
    expect(warned.stderr).toContain(
      'crac: WARNING: a second copy could not be restored after the first; an image that is to be started again and again must be: ',
    );
    expectClean(['image']);

    rmSync(place.path('restored'));
    rmSync(image, { recursive: true });
    const strict = await build(['--strict', program], env);
    expect(strict.code, strict.stderr).toBe(70);
    expect(strict.stderr).toContain('\ncrac: a second copy could not be restored after the first; ');
    expect(strict.stderr).not.toContain('WARNING');
    expectClean();
  });

  test('a restore that hangs is not waited for without end', async () => {
    const engine = engineThat(place, 'restore', 'sleep 1000');
    const { code, stderr } = await build(['--ready-timeout', '6', join(PROGRAMS, 'http-server.js')], {
      CRAC_CRIU_PATH: engine,
    });
    expect(code).toBe(72);
    expect(stderr).toContain('crac: the restored program did not answer GET / within 6 s');
    expectClean();
  });
});
