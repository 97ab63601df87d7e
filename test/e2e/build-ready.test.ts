import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builder, expectClean, FIXTURES, plain, restored, SHOP } from '../support/build.ts';
import { get, getJson } from '../support/crac.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const build = builder(PORT);

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
crac: two copies: nothing that varies is equal in both
`,
    });
    expect(await restored(PORT, () => getJson(PORT, '/items'))).toEqual(['red lamp', 'blue lamp', 'chair']);
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
    expect(await restored(PORT, () => getJson(PORT, '/stock'))).toEqual({ left: 3 });
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
CPU            one that has what the program uses of this one (crac inspect); for any: --cpu baseline

Start it with
  crac restore PLACE/image
`,
      stderr: `crac: the program made a checkpoint of its own: it is taken as it is
crac: restored: http://127.0.0.1:${PORT} answers; first answer after TIME
crac: two copies: nothing that varies is equal in both
`,
    });
    expect(await restored(PORT, () => get(PORT))).toBe('1000 squares\n');
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
