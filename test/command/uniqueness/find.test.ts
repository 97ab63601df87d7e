import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { allowed } from '../../../src/command/uniqueness/allow.ts';
import { equalInBoth } from '../../../src/command/uniqueness/find.ts';
import { type Finding, isLoud } from '../../../src/command/uniqueness/finding.ts';
import { formatFindings } from '../../../src/command/uniqueness/format.ts';
import type { Said } from '../../../src/command/uniqueness/items.ts';

const json = (value: unknown): Said => said('application/json', JSON.stringify(value));

const said = (type: string, body: string | Buffer, headers: Said['headers'] = []): Said => ({
  status: 200,
  headers: [['content-type', type], ...headers],
  body: Buffer.from(body),
});

const one = (rounds: Said[]) => [{ request: 'GET /', rounds }];

/** What is found in two copies; each answers in two rounds. */
function found(first: Said[], second: Said[], before: Said[] = []): Finding[] {
  return equalInBoth(before.length > 0 ? one(before) : [], [one(first), one(second)]);
}

const places = (findings: Finding[]): string[] => findings.map(({ kind, where }) => `${kind}: ${where}`);

/** Both copies say the same, new in each round. */
const both = (make: () => Said): Finding[] => {
  const rounds = [make(), make()];
  return found(rounds, rounds);
};

const hex = (bytes: number): string => randomBytes(bytes).toString('hex');

describe('what each copy should have made for itself', () => {
  test.each<[string, () => Said, string]>([
    ['a UUID', () => json({ user: { id: randomUUID() } }), 'random: JSON $.user.id'],
    ['an id in a list', () => json([{ id: hex(12) }, { id: hex(12) }]), 'random: JSON $[*].id'],
    ['a name of a property', () => json({ [hex(8)]: 1 }), 'random: name in JSON $'],
    ['a part of a sentence', () => json({ said: `made order ${hex(6)}a1 for you` }), 'random: JSON $.said'],
    ['a short id', () => json({ id: `a${hex(2)}9z` }), 'random: JSON $.id'],
    ['a fraction', () => json({ share: Math.random() }), 'random: JSON $.share'],
    ['two fractions as a text', () => json({ at: `${Math.random()},${Math.random()}` }), 'random: JSON $.at'],
    ['a large number', () => json({ n: randomBytes(4).readUInt32LE() }), 'random: JSON $.n'],
    ['a header', () => said('text/plain', 'hi', [['X-Nonce', hex(8)]]), 'random: header x-nonce'],
    [
      'a cookie',
      () => said('text/plain', 'hi', [['set-cookie', `sid=s%3A${hex(12)}.${hex(20)}; Path=/`]]),
      'random: cookie sid',
    ],
    [
      'a token in a page',
      () => said('text/html', `<p>hi\n<input name="csrf" value="${hex(16)}">`),
      'random: HTML after <input name="csrf" value="',
    ],
    [
      'lines of JSON',
      () => said('application/x-ndjson', `{"id":"${hex(9)}"}\n{"a":1}`),
      'random: JSON line 1 $.id',
    ],
    [
      'a JWT that differs by its time only behind its id',
      () => {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
        return json({ jwt: `${part({ alg: 'HS256' })}.${part({ jti: hex(16) })}.${hex(16)}` });
      },
      'random: JSON $.jwt',
    ],
    [
      'a packed body',
      () => ({
        ...said('application/json', gzipSync(JSON.stringify({ id: hex(10) })), [
          ['content-encoding', 'gzip'],
        ]),
      }),
      'random: JSON $.id',
    ],
  ])('%s', (_name, make, place) => {
    expect(places(both(make))).toContain(place);
  });

  test('an id that begins with its time: the rest is equal', () => {
    const rest = [hex(8), hex(8)];
    const at = (time: string) => rest.map((text) => json({ _id: `${time}${text}` }));
    expect(places(found(at('692a0001'), at('692a0003')))).toEqual(['part: JSON $._id']);
  });

  test('the key of a binary message', () => {
    const keys = [randomBytes(16), randomBytes(16)];
    const message = () =>
      keys.map((key) =>
        said('application/pdf', Buffer.concat([Buffer.from('%PDF\0'), key, randomBytes(40)])),
      );
    expect(places(found(message(), message()))).toEqual(['random: the binary body']);
  });

  test('in another order, where others drew in between', () => {
    const [a, b, c] = [hex(8), hex(8), hex(8)];
    const ids = (...all: string[]) => all.map((id) => json({ id }));
    expect(places(found(ids(a, b), ids(b, c)))).toEqual(['random: JSON $.id']);
  });

  test('drawn anew at the restore, by both alike', () => {
    const node = hex(8);
    const before = [json({ node: hex(8) }), json({ node: hex(8) })];
    expect(places(found([json({ node }), json({ node })], [json({ node }), json({ node })], before))).toEqual(
      ['random: JSON $.node'],
    );
  });
});

describe('what may be equal', () => {
  const counts = (...values: number[]) => values.map((hits) => json({ hits, next: `/page?after=${hits}` }));

  test('counters are told apart', () => {
    const findings = found(counts(12, 13), counts(12, 13), counts(10, 11));
    expect(places(findings)).toEqual(['counter: JSON $.hits', 'counter: JSON $.next']);
    expect(findings.filter(isLoud)).toEqual([]);
    expect(formatFindings(findings)).toBe(
      'a counter that both copies go on with (fine for hit counters, wrong for ids): GET /: JSON $.hits; GET /: JSON $.next',
    );
  });

  test.each<[string, Said[], Said[]]>([
    ['what never varies', [json({ build: hex(20) })], []],
    ['what was there before the checkpoint', counts(1), []],
    [
      'dates and clocks, even when they are equal',
      ['2026-11-28T10:00:00.000Z', '2026-11-28T10:00:01.000Z'].map((at) => json({ at, ms: Date.parse(at) })),
      [],
    ],
    [
      'a hash of the body, and what the clock says, in headers',
      [1, 2].map((hits) =>
        said('text/plain', `seen ${hits}`, [
          ['etag', `"${createHash('sha1').update(String(hits)).digest('hex')}"`],
          ['date', new Date(hits * 1000).toUTCString()],
          ['x-response-time', `${hits * 1.2345}ms`],
        ]),
      ),
      [],
    ],
    ['memory', [9_381_384, 9_463_296].map((heapUsed) => json({ heapUsed, heapTotal: heapUsed * 2 })), []],
    ['a few milliseconds', [100, 101].map((took) => json({ took })), []],
    ['words by turns', ['left', 'right'].map((hand) => json({ hand })), []],
  ])('%s', (_name, rounds, before) => {
    expect(found(rounds, rounds, before).filter(isLoud)).toEqual([]);
  });

  test('a list of what was made before the checkpoint, the newest first', () => {
    const old = Array.from({ length: 4 }, () => hex(8));
    const list = (...made: string[]) => json([...made, ...old].slice(0, 4).map((id) => ({ id })));
    const copy = () => {
      const [a, b] = [hex(8), hex(8)];
      return [list(a), list(b, a)];
    };
    expect(found(copy(), copy()).filter(isLoud)).toEqual([]);
    expect(found(copy(), copy(), [list(), list()]).filter(isLoud)).toEqual([]);
  });

  test('--allow-equal: a part of the place, with *, or a regular expression', () => {
    const finding: Finding = {
      kind: 'random',
      request: 'GET /a',
      where: 'JSON $.items[*].id',
      value: 'x1',
      times: 1,
    };
    const by = (...patterns: string[]) => allowed(patterns)(finding);
    expect([by('$.items[*].id'), by('get /a:*id'), by('/^GET \\/a: JSON .*id$/'), by('x1')]).toEqual(
      Array(4).fill(true),
    );
    expect([by('$.items[*].name'), by('/^JSON/'), by()]).toEqual([false, false, false]);
    expect(() => by('/(/')).toThrow('--allow-equal /(/: Invalid regular expression');
  });
});

test('a value without control characters reaches the terminal', () => {
  const text = formatFindings([
    {
      kind: 'random',
      request: 'GET /',
      where: 'header x\x1b[2J',
      value: 'a\x1b]0;b\x07',
      times: 2,
      drawnBy: 'app.js:3',
    },
  ]);
  expect(text).toContain('GET /: header x [2J   a.]0;b.   2 times, drawn by app.js:3\n');
  expect(text).not.toMatch(/[^\P{Cc}\n]/u);
});

test('a large page is looked through, too: not for each of its places again', () => {
  const page = said('text/html', `<p>${'lorem ipsum 12345 '.repeat(50_000)}`);
  expect(found([page, page], [page, page])).toEqual([]);
});
