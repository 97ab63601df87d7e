import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builder, expectClean, plain, restored, SHOP } from '../support/build.ts';
import { getJson, PROGRAMS } from '../support/crac.ts';
import { engineThat } from '../support/engine.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const SERVER = join(PROGRAMS, 'http-server.js');
const build = builder(PORT);

describe('what fails is explained, and leaves nothing behind', () => {
  test('the program ends before it is ready', async () => {
    writeFileSync(place.path('app.cjs'), "console.log('connecting');\nthrow new Error('no database');\n");
    const { code, stdout, stderr } = await build([place.path('app.cjs')]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(plain(stderr)).toMatch(
      /^crac: the program ended before it was ready: it ended with exit code 1\nthe last that it printed:\n {2}connecting\n {2}PLACE\/app.cjs:2\n[\s\S]*Error: no database/,
    );
    expectClean();
  });

  test('it is never ready', async () => {
    // Long enough that it listens, however busy the machine is.
    const words = ['--ready-line', 'no such line', '--ready-timeout', '5', SERVER];
    const { code, stderr } = await build(words);
    expect({ code, stderr }).toEqual({
      code: 74,
      stderr: `crac: the program was not ready after 5 s: it printed no line that matches /no such line/ (it listens at http://127.0.0.1:${PORT}); if it needs longer: --ready-timeout 10
the last that it printed:
  listening on ${PORT}
`,
    });
    expectClean();
  });

  test('it listens on no port', async () => {
    const words = ['--ready-timeout', '1', join(PROGRAMS, 'timer-script.js'), '1000'];
    const { code, stderr } = await build(words);
    expect(code).toBe(74);
    expect(stderr).toContain(
      'crac: the program was not ready after 1 s: it listens on no TCP port, and did not call ready(). Say how it tells that it is ready: --ready-line REGEX, --ready-url URL or --wait-ready; if it needs longer: --ready-timeout 2\n',
    );
    expectClean();
  });

  test('the warm-up is answered 500', async () => {
    const { code, stdout, stderr } = await build(['--json', '--warm', '/items', '--warm', '/broken', SHOP]);
    expect(code).toBe(1);
    expect(stderr).toContain(`crac: GET /broken was answered 500 Internal Server Error, expected 2xx or 3xx
  {"error":"the shelf fell down"}
asked: http://127.0.0.1:${PORT}/broken; what is wrong in the program it may say itself (--output shows what it prints)
If this answer is meant, put the request into a --warm-file under a line
  # @expect 500
`);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, step: 'warm-up', exitCode: 1 });
    expectClean();
  });

  test('the program ends during the warm-up', async () => {
    const words = ['--warm', '/exit?code=9', join(PROGRAMS, 'exit-code.js')];
    const { code, stderr } = await build(words);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^crac: the program ended during the warm-up: it ended with exit code 9\nthe last that it printed:$/m,
    );
    expectClean();
  });

  test('a file is left open: found by the dry run', async () => {
    const { code, stderr } = await build([join(PROGRAMS, 'open-files.js')]);
    expect(code).toBe(1);
    expect(plain(stderr)).toMatch(
      /crac: the program cannot be checkpointed as it is:\n\n1\. OpenFileError: descriptor \d+ is left open: PLACE\/report.csv [\s\S]*crac build --allowed-open-prefixes PLACE\/report.csv[\s\S]*at openReport \(ROOT\/test\/fixtures\/programs\/open-files.js:6:13\)/,
    );
    expectClean();
  });

  test('many files are left open at one place: told once, and each in the JSON', async () => {
    writeFileSync(
      place.path('many.cjs'),
      `const fs = require('node:fs');
const open = (n) => fs.openSync('${place.path('log')}-' + n, 'w');
globalThis.logs = Array.from({ length: 12 }, (_, n) => open(n));
require('node:http').createServer((_, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1');
`,
    );
    const { code, stdout, stderr } = await build(['--json', place.path('many.cjs')]);
    expect(code).toBe(1);
    const { errors } = JSON.parse(stdout) as { errors: { name: string }[] };
    expect(errors.map(({ name }) => name)).toEqual(Array(12).fill('OpenFileError'));
    expect(stderr.match(/OpenFileError/g)).toHaveLength(1);
    expect(plain(stderr)).toMatch(
      /many\.cjs:2:\d+\)?\n {5}and 11 more like it: descriptor \d+ \(PLACE\/log-1\), .*descriptor \d+ \(PLACE\/log-11\)\n/,
    );
    expectClean();
  });

  test('the restored program answers otherwise: the image is removed', async () => {
    const words = ['--wait-ready', '--warm', '/items', '--warm', '/stock', '--count', '2', SHOP];
    const { code, stdout, stderr } = await build(words, { FORGETFUL: '1' });
    expect({ code, stdout }).toEqual({ code: 72, stdout: '' });
    expect(stderr).toContain(`crac: the restored program answers otherwise than before the checkpoint:

GET /items: its body differs, first in line 1:
  before  ["red lamp","blue lamp","chair"]
  after   []

GET /stock: answered 200 before the checkpoint and 503 after the restore:
  {"error":"no items"}

Has it lost state`);
    expectClean();
  });

  test('… or kept by --keep, under another name', async () => {
    const words = ['--keep', '--wait-ready', '--warm', '/items', '--count', '2', SHOP];
    const { code, stderr } = await build(words, { FORGETFUL: '1' });
    expect({ code, stderr: plain(stderr) }).toEqual({
      code: 72,
      stderr: expect.stringContaining(
        'the image was kept for a closer look: crac restore PLACE/image.failed\n',
      ),
    });
    expectClean(['image.failed']);
  });

  test('… or taken, by --ignore-body', async () => {
    const words = ['--ignore-body', '--wait-ready', '--warm', '/items', '--count', '2', SHOP];
    const { code, stderr } = await build(words, { FORGETFUL: '1' });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining('GET /items: its body is not compared, and is another one\n'),
    });
    expectClean(['image']);
  });

  test('the engine fails at the dump: explained, and its log is kept where `crac checkpoint` keeps it', async () => {
    const engine = engineThat(place, 'dump', 'exec "$CRIU" "$@" --no-such-option');
    const { code, stderr } = await build([SERVER], { CRAC_CRIU_PATH: engine });
    expect(code).toBe(1);
    expect(stderr).toContain('crac: the engine could not dump the program (exit code 1)\n');
    expect(stderr).not.toContain('goes on');
    expectClean();
  });

  test('the image cannot be restored', async () => {
    const engine = engineThat(
      place,
      'restore',
      'echo "(00.1) Error (criu/files-reg.c:2175): File tmp/f has bad size 37 (expect 33)" > "$CRAC_RUNTIME_DIR/x"; exit 1',
    );
    const { code, stderr } = await build([SERVER], { CRAC_CRIU_PATH: engine });
    expect(code).toBe(70);
    expect(stderr).toContain('crac: the image cannot be restored:\n');
    expectClean();
  });

  test('the image that was there before stays when a later one fails', async () => {
    expect(await build(['--wait-ready', SHOP])).toMatchObject({ code: 0 });
    expect(await build(['--warm', '/broken', SHOP])).toMatchObject({ code: 1 });
    expectClean(['image']);
    expect(existsSync(join(image, 'dump4.log'))).toBe(false);
    expect(await restored(PORT, () => getJson(PORT, '/items'))).toHaveLength(3);
  });
});

describe('wrong words', () => {
  const cases: [string, string[], string][] = [
    ['no image', ['build', SERVER], 'where shall the image go? crac build --image DIR app.js'],
    [
      'no program',
      ['build', '--image', 'x'],
      'which program? usage: crac run --image DIR [options] [--] app.js [args]; see `crac run --help`',
    ],
    [
      'an engine without images',
      ['build', '--image', 'x', '--engine', 'simulate', SERVER],
      'the engine simulate makes no images, and `crac build` is for them; leave --engine and CRAC_ENGINE out, or use criu, direct or auto',
    ],
    [
      'no regular expression',
      ['build', '--image', 'x', '--ready-line', '(', SERVER],
      '--ready-line (: Invalid regular expression: /(/: Unterminated group',
    ],
    [
      'no address',
      ['build', '--image', 'x', '--ready-url', 'localhost', SERVER],
      '--ready-url localhost: expected an address, as http://127.0.0.1:3000/health',
    ],
    [
      'no path',
      ['build', '--image', 'x', '--warm', 'items', SERVER],
      '--warm items: expected a path as /items, or an address as http://127.0.0.1:3000/items',
    ],
    [
      'no requests',
      ['build', '--image', 'x', '--warm-file', '/dev/null', SERVER],
      '--warm-file /dev/null: no request in it; a line such as GET /items is one',
    ],
    [
      'a number that is none',
      ['build', '--image', 'x', '--count', '0', SERVER],
      '--count 0: expected at least 1',
    ],
    [
      'an option of `crac run`',
      ['build', '--image', 'x', '--policies', '/nowhere', SERVER],
      '--policies /nowhere: there is no such file',
    ],
  ];
  test.each(cases)('%s', async (_name, words, message) => {
    expect(await place.crac(...words)).toEqual({
      code: 2,
      signal: null,
      stdout: '',
      stderr: `crac: ${message}\n`,
    });
  });

  test('a line of a --warm-file that cannot be understood is named', async () => {
    writeFileSync(place.path('w.http'), '### first\nGET /\n\n###\nget /items\n');
    expect(
      await place.crac('build', '--image', 'x', '--warm-file', place.path('w.http'), SERVER),
    ).toMatchObject({
      code: 2,
      stderr: `crac: --warm-file ${place.path('w.http')}, line 5: expected METHOD TARGET, as GET /items, found: get /items\n`,
    });
  });
});
