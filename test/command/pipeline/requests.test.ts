import { expect, test } from 'vitest';
import { checkTarget, parseRequests } from '../../../src/command/pipeline/requests.ts';

const parse = (text: string) => parseRequests(text, 'w.http');
const get = (target: string) => ({ method: 'GET', target, headers: {}, body: '' });

test('requests stand between lines of ###, with headers, body and settings', () => {
  expect(
    parse(`# a comment
// another
# @expect 404
GET   /grün?x=1#y HTTP/1.1
### next
POST http://127.0.0.1:3000/items
Content-Type:application/json
X-Empty:
# @count 20
X-Time: 12:30

{"a": 1}

# of the body
###
###
// @ignore-body
DELETE /x`),
  ).toEqual([
    { ...get('/grün?x=1#y'), expect: 404 },
    {
      method: 'POST',
      target: 'http://127.0.0.1:3000/items',
      headers: { 'content-type': 'application/json', 'x-empty': '', 'x-time': '12:30' },
      body: '{"a": 1}\n\n# of the body',
      count: 20,
    },
    { ...get('/x'), method: 'DELETE', ignoreBody: true },
  ]);
});

test('a file of Windows, and one that begins with a byte order mark, are read as any other', () => {
  expect(parse('GET /a\r\nx: y\r\n\r\nbody\r\n')).toEqual([
    { ...get('/a'), headers: { x: 'y' }, body: 'body' },
  ]);
  expect(parse('\uFEFFGET /a\n')).toEqual([get('/a')]);
});

test('words that other tools put into comments are left alone', () => {
  expect(parse('# @name first\n# @expected 3\n# @countdown\nGET /\n')).toEqual([get('/')]);
});

test.each([
  ['', 'w.http: no request in it; a line such as GET /items is one'],
  ['###\n# only comments\n', 'w.http: no request in it; a line such as GET /items is one'],
  ['get /\n', 'w.http, line 1: expected METHOD TARGET, as GET /items, found: get /'],
  ['\n\nGET\n', 'w.http, line 3: expected METHOD TARGET, as GET /items, found: GET'],
  [
    'GET items\n',
    'w.http, line 1: items: expected a path as /items, or an address as http://127.0.0.1:3000/items',
  ],
  [
    'GET /\n{"a": 1}\n',
    'w.http, line 2: expected a header as name: value (an empty line ends the headers), found: {"a": 1}',
  ],
  ['# @count 0\nGET /\n', 'w.http, line 1: expected a number, as @count 20, found: # @count 0'],
  [
    'GET /\n### \n# @expect ok\nGET /\n',
    'w.http, line 3: expected a number, as @expect 404, found: # @expect ok',
  ],
])('%j is refused with its line', (text, message) => {
  expect(() => parse(text)).toThrow(message);
});

test('a header may be called as a part of every object is', () => {
  const [request] = parse('GET /\n__proto__: x\nconstructor: y\n');
  expect(Object.entries(request?.headers ?? {})).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

test('a target is a path or an address of http', () => {
  for (const target of ['/', '//x', 'http://[::1]:80/', 'HTTPS://example.com'])
    expect(checkTarget(target, '')).toBe(target);
  for (const target of ['', 'x', 'ftp://x/', 'http://', 'http:///', 'http://a b/', 'javascript:1'])
    expect(() => checkTarget(target, '--warm'), target).toThrow('expected a path as /items');
});
