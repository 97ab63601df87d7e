import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { apps } from '../support/copies.ts';
import { CRAC, type Ended, get, getJson, PROGRAMS, ROOT } from '../support/crac.ts';
import { leftRunning } from '../support/left-running.ts';
import { image, place } from '../support/own-place.ts';

const PORT = 24810;
const FIXTURES = join(ROOT, 'test/fixtures/build');
const SHOP = join(FIXTURES, 'shop.mjs');
const SERVER = join(PROGRAMS, 'http-server.js');

function build(words: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return place.start(CRAC, ['build', '--image', image, ...words], { env: { PORT: String(PORT), ...env } })
    .ended;
}

/** Times and sizes are others each time. */
const plain = (text: string): string =>
  text
    .replaceAll(place.directory, 'PLACE')
    .replaceAll(ROOT, 'ROOT')
    .replace(/\d+(\.\d+)? (ms|µs|s)\b/g, 'TIME')
    .replace(/[\d.]+ MiB/g, 'SIZE')
    .replace(/[\d.]+ times as fast/g, 'N times as fast');

/** Nothing runs, and beside the image nothing lies. */
function expectClean(beside: string[] = []): void {
  expect(leftRunning(place)).toEqual([]);
  expect(readdirSync(place.directory).filter((name) => name.startsWith('image'))).toEqual(beside);
}

async function restored<T>(ask: () => Promise<T>): Promise<T> {
  const copy = place.start(CRAC, ['restore', image], { env: { PORT: String(PORT) } });
  try {
    return await ask();
  } finally {
    copy.child.kill('SIGTERM');
    await copy.ended;
  }
}

describe('crac build', () => {
  test('starts, warms up, checks, checkpoints, tries and reports', async () => {
    const { code, stdout, stderr } = await build(['--warm', '/', '--warm', '/dns', '--count', '50', SERVER]);
    expect({ code, stdout: plain(stdout), stderr: plain(stderr) }).toEqual({
      code: 0,
      stdout: `image          PLACE/image, SIZE
first answer   TIME cold, TIME restored, N times as fast (GET /)
dump           the program stood still for TIME
answers        1 as before, 1 with the status of before and another body

Start it with
  crac restore PLACE/image
`,
      stderr: `crac: ready: http://127.0.0.1:${PORT} answers; first answer after TIME
crac: warmed up: 100 requests in TIME, an answer took TIME at first and TIME at last
crac: checked: the program can be checkpointed
crac: checkpoint: the program stood still for TIME
crac: restored: first answer after TIME
crac: compared: 2 of 2 answers are as before; GET /: its body differs from one request to the next
`,
    });
    expectClean(['image']);
    // One for the first answer, 50 of the warm-up, two noted before; the trial was a copy of its own.
    expect(await restored(() => getJson(PORT))).toMatchObject({ count: 54 });
  });

  test('--json, and an image that was there is replaced', async () => {
    expect(await build([SERVER])).toMatchObject({ code: 0 });
    const { code, stdout } = await build(['--json', '--warm', '/dns', '--count', '3', SERVER]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      image,
      size: expect.any(Number),
      checkpointBy: 'build',
      frozen: expect.any(Number),
      firstAnswer: { request: 'GET /dns', cold: expect.any(Number), restored: expect.any(Number) },
      warmUp: {
        requests: 3,
        took: expect.any(Number),
        first: expect.any(Number),
        last: expect.any(Number),
      },
      answers: [{ request: 'GET /dns', status: 200, result: 'same' }],
    });
    expectClean(['image']);
  });

  test('options of `crac run`, of node and of the program are passed on', async () => {
    const words = [
      '--min-pid',
      '300',
      '--image-form',
      'plain',
      '--',
      '--stack-trace-limit=3',
      SERVER,
      'one',
      '-x',
    ];
    expect(await build(words)).toMatchObject({ code: 0 });
    const { stdout } = await place.crac('inspect', image, '--json');
    const { manifest, processes } = JSON.parse(stdout);
    expect(manifest.command.slice(1)).toEqual([SERVER, 'one', '-x']);
    expect(manifest.memory.pageFile).toBe(0);
    expect(Math.max(...processes.map(({ pid }: { pid: number }) => pid))).toBeGreaterThanOrEqual(300);
  });

  test('a program without a server: a line of its output says when', async () => {
    const words = ['--ready-line', '^tick 2', join(PROGRAMS, 'timer-script.js'), '20', '0', '100'];
    const { code, stdout, stderr } = await build(words);
    expect({ code, stdout: plain(stdout) }).toEqual({
      code: 0,
      stdout: `image   PLACE/image, SIZE
dump    the program stood still for TIME

Start it with
  crac restore PLACE/image
`,
    });
    expect(stderr).toMatch(/^crac: ready: it printed \^tick 2$/m);
    expectClean(['image']);
  });
});

describe('an Express application', () => {
  let entry: string;
  beforeAll(async () => {
    entry = (await apps('express')).express;
  }, 900_000);

  test('is built from a file of requests', async () => {
    const file = place.path('requests.http');
    writeFileSync(
      file,
      '# @count 20\nPOST /items\ncontent-type: application/json\n\n{"name": "lamp", "price": 3}\n###\nGET /items?q=lamp\n',
    );
    const { code, stderr } = await build(['--warm-file', file, '--count', '40', entry]);
    expect({ code, stderr: plain(stderr) }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('crac: warmed up: 60 requests'),
    });
    const items = await restored(() => getJson<unknown[]>(PORT, '/items?q=lamp'));
    expect(JSON.stringify(items)).toContain('lamp');
    expectClean(['image']);
  });
});

describe('ready', () => {
  test('--wait-ready: when the program calls ready(), not when its port answers', async () => {
    const { code, stderr } = await build(['--wait-ready', '--warm', '/items', '--count', '1', SHOP]);
    expect({ code, stderr: plain(stderr) }).toEqual({
      code: 0,
      stderr: `crac: ready: it called ready(); first answer after TIME
crac: warmed up: 1 requests in TIME, an answer took TIME at first and TIME at last
crac: checked: the program can be checkpointed
crac: checkpoint: the program stood still for TIME
crac: restored: first answer after TIME
crac: compared: 1 of 1 answers are as before
`,
    });
    expect(await restored(() => getJson(PORT, '/items'))).toEqual(['red lamp', 'blue lamp', 'chair']);
  });

  test('--ready-url: when it answers well, which here takes until the items are loaded', async () => {
    const { code, stderr } = await build([
      '--ready-url',
      `http://localhost:${PORT}/stock`,
      '--no-compare',
      SHOP,
    ]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining(`ready: http://localhost:${PORT}/stock answers`),
    });
    expect(await restored(() => getJson(PORT, '/stock'))).toEqual({ left: 3 });
  });

  test.each([
    ['it goes on only in the copies', {}],
    ['it goes on here too', { LEAVE_RUNNING: '1' }],
  ])('the program makes its own checkpoint; %s', async (_name, env) => {
    const { code, stdout, stderr } = await build([join(FIXTURES, 'own-checkpoint.mjs')], env);
    expect({ code, stdout: plain(stdout), stderr: plain(stderr) }).toEqual({
      code: 0,
      stdout: `image          PLACE/image, SIZE
first answer   TIME restored (GET /)

Start it with
  crac restore PLACE/image
`,
      stderr: `crac: the program made a checkpoint of its own: it is taken as it is
crac: restored: http://127.0.0.1:${PORT} answers; first answer after TIME
`,
    });
    expect(await restored(() => get(PORT))).toBe('1000 squares\n');
    expectClean(['image']);
  });
});

describe('warm-up', () => {
  test('--warm-file: method, headers, body, expected status and own count', async () => {
    const words = [
      '--wait-ready',
      '--warm-file',
      join(FIXTURES, 'warm.http'),
      '--count',
      '5',
      '--json',
      SHOP,
    ];
    const { code, stdout } = await build(words);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      warmUp: { requests: 45 },
      answers: [
        { request: 'GET /items', status: 200, result: 'same' },
        { request: 'POST /search', status: 200, result: 'same' },
        { request: 'GET /attic', status: 404, result: 'same' },
        { request: 'GET /clock', status: 200, result: 'same status' },
      ],
    });
  });

  test('--warm-script: has the address in CRAC_BASE_URL', async () => {
    const script = join(FIXTURES, 'warm.mjs');
    const { code, stderr } = await build(['--warm-script', script, SHOP]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^crac: warmed up by .*warm.mjs in /m),
    });
  });

  test('a script that fails', async () => {
    const script = join(FIXTURES, 'warm.mjs');
    const { code, stdout, stderr } = await build(['--warm-script', script, SHOP], { WARM_EXIT: '3' });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(plain(stderr)).toContain(
      'crac: the warm-up script ROOT/test/fixtures/build/warm.mjs ended with exit code 3\nthe last that it printed:\n  asked 20 times\n',
    );
    expectClean();
  });
});

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
    const words = ['--ready-line', 'no such line', '--ready-timeout', '1', SERVER];
    const { code, stderr } = await build(words);
    expect({ code, stderr }).toEqual({
      code: 74,
      stderr: `crac: the program was not ready after 1 s: it printed no line that matches /no such line/ (it listens at http://127.0.0.1:${PORT}); if it needs longer: --ready-timeout 2
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

  test('the image that was there before stays when a later one fails', async () => {
    expect(await build(['--wait-ready', SHOP])).toMatchObject({ code: 0 });
    expect(await build(['--warm', '/broken', SHOP])).toMatchObject({ code: 1 });
    expectClean(['image']);
    expect(existsSync(join(image, 'dump4.log'))).toBe(false);
    expect(await restored(() => getJson(PORT, '/items'))).toHaveLength(3);
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
      'the engine simulate makes no images, and `crac build` is for them; leave --engine and CRAC_ENGINE out, or use criu',
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
