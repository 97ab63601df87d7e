import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builder, FIXTURES } from '../support/build.ts';
import { CRAC, pause } from '../support/crac.ts';
import { leftRunning } from '../support/left-running.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const GENERATORS = join(FIXTURES, 'generators.mjs');
const build = builder(PORT);

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

describe('crac compare', () => {
  test('says it in text and in JSON, and by its exit code', { timeout: 480_000 }, async () => {
    expect(await build(['--no-compare', GENERATORS])).toMatchObject({ code: 0 });
    const compare = (...words: string[]) => place.crac('compare', image, ...words);

    const faults = await compare(...FAULTS.flatMap((path) => ['--request', path]));
    expect({ code: faults.code, stderr: faults.stderr, places: places(faults.stdout) }).toEqual({
      code: 5,
      stderr: '',
      places: PLACES,
    });

    expect(await compare('--request', '/fine', '--request', '/hits')).toEqual({
      code: 0,
      signal: null,
      stdout: `two copies of ${image} answered GET /fine, GET /hits: ids and tokens are their own
a counter that both copies go on with (fine for hit counters, wrong for ids): GET /hits: JSON $.hits; GET /hits: JSON $.next\n`,
      stderr: '',
    });

    writeFileSync(place.path('ask.http'), 'GET /token\n');
    const json = await compare(
      '--request-file',
      place.path('ask.http'),
      '--json',
      '--listen',
      `${PORT}=${PORT + 1}`,
    );
    expect({ code: json.code, stdout: JSON.parse(json.stdout) }).toEqual({
      code: 5,
      stdout: {
        ok: false,
        image,
        asked: ['GET /token'],
        equal: [
          {
            fault: true,
            kind: 'random',
            request: 'GET /token',
            where: 'JSON $.token',
            value: expect.stringMatching(/^[\w-]{43}$/),
            times: 2,
          },
        ],
      },
    });

    expect(await compare('--request', '/token', '--allow-equal', '$.token')).toMatchObject({ code: 0 });

    const stopped = place.start(CRAC, ['compare', image, '--request', '/']);
    const running = () => leftRunning(place).some((line) => line.includes('restore'));
    for (const until = Date.now() + 60_000; !running() && Date.now() < until; ) await pause(5);
    stopped.child.kill('SIGINT');
    expect(await stopped.ended).toMatchObject({
      code: 130,
      stderr: 'crac: the comparison was interrupted by SIGINT; nothing is left running\n',
    });
    expect(leftRunning(place)).toEqual([]);
  });

  test.each([
    ['no image', [], 2, 'name one image: crac compare IMAGE --request /items'],
    ['no path', ['IMAGE', '--request', 'items'], 2, '--request items: expected a path as /items'],
    [
      'a wrong pattern',
      ['IMAGE', '--allow-equal', '/(/'],
      2,
      '--allow-equal /(/: Invalid regular expression',
    ],
    ['no such image', ['IMAGE'], 72, 'no image at IMAGE: there is no such directory'],
  ])('%s', async (_name, words, code, message) => {
    const ended = await place.crac('compare', ...words.map((word) => word.replace('IMAGE', image)));
    expect(ended.code).toBe(code);
    expect(ended.stderr.replace(image, 'IMAGE')).toContain(`crac: ${message}`);
  });

  test('--help has examples and the exit codes', async () => {
    const { code, stdout } = await place.crac('compare', '--help');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /usage: crac compare IMAGE[\s\S]*with 5[\s\S]*examples:\n {2}crac compare/,
      ),
    });
  });
});
