import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { builder, expectClean, plain, restored } from '../support/build.ts';
import { apps } from '../support/copies.ts';
import { CRAC, getJson, PROGRAMS, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { startWith } from '../support/streams.ts';
import { As, NOBODY, whyNoUsers } from '../support/user.ts';

const PORT = await freePorts(5);
const SERVER = join(PROGRAMS, 'http-server.js');
const build = builder(PORT);

describe('crac build', () => {
  test('starts, warms up, checks, checkpoints, tries and reports', async () => {
    const { code, stdout, stderr } = await build([
      '--warm',
      '/',
      '--warm',
      '/dns',
      '--count',
      '50',
      '--concurrency',
      '30',
      SERVER,
    ]);
    expect({ code, stdout: plain(stdout), stderr: plain(stderr) }).toEqual({
      code: 0,
      stdout: `image          PLACE/image, SIZE
first answer   TIME cold, TIME restored, N times as fast (GET /)
dump           the program stood still for TIME
answers        1 as before, 1 with the status of before and another body
CPU            one that has what the program uses of this one (crac inspect); for any: --cpu baseline

Start it with
  crac restore PLACE/image
`,
      stderr: `crac: ready: http://127.0.0.1:${PORT} answers; first answer after TIME
crac: warmed up: 100 requests in TIME, an answer took TIME at first and TIME at last
crac: checked: the program can be checkpointed
crac: checkpoint: the program stood still for TIME
crac: restored: first answer after TIME
crac: compared: 2 of 2 answers are as before; GET /: its body differs from one request to the next
crac: a counter that both copies go on with (fine for hit counters, wrong for ids): GET /: JSON $.count
`,
    });
    expectClean(['image']);
    // One for the first answer, 50 of the warm-up, two noted before; the trial was a copy of its own.
    expect(await restored(PORT, () => getJson(PORT))).toMatchObject({ count: 54 });
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
      machine: expect.objectContaining({ arch: 'x86_64', cpu: expect.any(Array) }),
      copies: { equal: [], notCompared: [] },
    });
    expectClean(['image']);
  });

  test('an image for any CPU says so', async () => {
    const { code, stdout, stderr } = await build(['--cpu', 'baseline', '--no-compare', SERVER]);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('\nCPU            any x86_64\n');
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
CPU     one that has what the program uses of this one (crac inspect); for any: --cpu baseline

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
    const items = await restored(PORT, () => getJson<unknown[]>(PORT, '/items?q=lamp'));
    expect(JSON.stringify(items)).toContain('lamp');
    expectClean(['image']);
  });
});

test('a worker that makes its own checkpoint and serves no port is tried, too', async () => {
  writeFileSync(
    place.path('worker.mjs'),
    `import { checkpointRestore } from '${ROOT}/dist/index.js';
     await checkpointRestore();
     setInterval(() => console.log('working'), 100);`,
  );
  const { code, stderr } = await build(['--output', place.path('worker.mjs')]);
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringContaining('crac: restored: it runs on, and listens on no TCP port\n'),
  });
  expect(stderr).toContain('| working\n');
  expectClean(['image']);
});

test('a server of another protocol is built without comparison', async () => {
  writeFileSync(
    place.path('smtp.cjs'),
    `require('node:net').createServer((socket) => {
       socket.on('error', () => {});
       socket.end('220 mail.example ready\\r\\n');
     }).listen(process.env.PORT, '127.0.0.1');`,
  );
  const { code, stderr } = await build([place.path('smtp.cjs')]);
  expect({ code, stderr: plain(stderr) }).toEqual({
    code: 0,
    stderr: `crac: http://127.0.0.1:${PORT} does not speak HTTP: no answers are compared (for HTTPS: --ready-url https://127.0.0.1:${PORT}/)
crac: ready: http://127.0.0.1:${PORT} answers
crac: not warmed up: name what users will ask for, as --warm /items
crac: checked: the program can be checkpointed
crac: checkpoint: the program stood still for TIME
crac: restored in TIME, and it runs on
crac: two copies, not compared: the program speaks no HTTP, so only what it prints is
crac: two copies: nothing that varies is equal in both
`,
  });
  expectClean(['image']);
});

test('on a terminal one line shows what is going on', async () => {
  const { end } = startWith(place, 'terminal', [CRAC, 'build', '--image', image, '--warm', '/', SERVER]);
  const { code, output } = await end();
  expect(code).toBe(0);
  const shown = output
    .replaceAll('\r\x1b[K', '\n')
    .split('\n')
    .filter((line) => line.startsWith('… '));
  expect([...new Set(shown.map((line) => line.replace(/\d+ of/, 'N of')))]).toEqual([
    '… starting the program',
    '… waiting until the program is ready',
    '… asking GET / for the first time',
    '… warming up',
    '… warming up: N of 200 requests',
    '… noting the answers before the checkpoint',
    '… checking whether it can be checkpointed',
    '… writing the image',
    '… restoring it once',
    '… comparing its answers',
    '… restoring a second copy',
    '… putting the image under its name',
  ]);
  expectClean(['image']);
});

const why = whyNoUsers();

test.skipIf(why)(`an ordinary user without any capability${why ? ` (skipped: ${why})` : ''}`, async () => {
  const nobody = new As(place, NOBODY);
  const running = nobody.start(['build', '--image', nobody.path('image'), '--warm', '/', SERVER], {
    PORT: String(PORT),
  });
  const { code, stdout, stderr } = await running.ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('compared: 1 of 1') });
  expect(stdout).toContain(`crac restore ${nobody.path('image')}\n`);
  expect(readdirSync(nobody.home).filter((name) => name.startsWith('image'))).toEqual(['image']);
  expectClean();
});
