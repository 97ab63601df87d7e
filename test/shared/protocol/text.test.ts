import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { onLines } from '../../../src/shared/protocol/lines.ts';
import { quoted, withFirst } from '../../../src/shared/protocol/node-options.ts';
import { printable, printableJson, printableLines } from '../../../src/shared/protocol/printable.ts';
import { shortCommand } from '../../../src/shared/protocol/short-command.ts';
import { SOCKET_PATH_MAX, socketPath } from '../../../src/shared/protocol/socket-path.ts';

test.each([
  ['plain grün 😀 \\x', 'plain grün 😀 \\x'],
  ['\u001b[2J', '\\x1b[2J'],
  ['a\r\nb\tc\0', 'a\\x0d\\x0ab\\x09c\\x00'],
  ['\u007f\u0085\u009b', '\\x7f\\x85\\x9b'],
  ['\u202egnp.exe\u2066', '\\u202egnp.exe\\u2066'],
  ['\u2028', '\\u2028'],
  ['\ud800x', '\\ud800x'],
  ['', ''],
])('%j reaches a terminal as letters', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

test('line breaks and tabs stay in text of lines, and nothing else', () => {
  expect(printableLines('a\n\tb\r\u001b')).toBe('a\n\tb\\x0d\\x1b');
});

test('JSON that is made printable is the same JSON', () => {
  const value = { '\u009b': ['\u202e', '\u007f', 'a\nb\u001b', '\ud800', '😀'], n: null };
  const text = printableJson(value, 2);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).toMatch(/^[\n -~😀]+$/u);
});

/** As Node splits NODE_OPTIONS (ParseNodeOptionsEnvVar in src/node_options.cc). */
function split(text: string): string[] {
  const words: string[] = [];
  let inString = false;
  let isNew = true;
  for (let i = 0; i < text.length; i++) {
    let char = text[i] as string;
    if (char === '\\' && inString) char = text[++i] as string;
    else if (char === ' ' && !inString) {
      isNew = true;
      continue;
    } else if (char === '"') {
      inString = !inString;
      continue;
    }
    if (isNew) words.push(char);
    else words[words.length - 1] += char;
    isNew = false;
  }
  return words;
}

test.each([
  '/a/b.cjs',
  '/with space',
  '/"quoted"',
  '/back\\slash',
  '/\\"both\\ "',
  '/grün',
  '/tab\there',
  "/it's",
])('Node reads the path %j of NODE_OPTIONS as it is', (path) => {
  expect(split(`--require ${quoted(path)} --trace-warnings`)).toEqual([
    '--require',
    path,
    '--trace-warnings',
  ]);
});

test('ours stand in front of what the user has', () => {
  expect(withFirst('--require x', undefined)).toBe('--require x');
  expect(withFirst('--require x', '')).toBe('--require x ');
  expect(withFirst('--require x', '--inspect')).toBe('--require x --inspect');
});

test('a long command is told by its script', () => {
  const node = '/usr/local/lib/nodejs/node-v22.1.0-linux-x64/bin/node';
  expect(shortCommand(['node', '/srv/app.js'])).toBe('node /srv/app.js');
  expect(shortCommand([node, '/srv/application/dist/app.js', '--port=1'])).toBe('node app.js --port=1');
  expect(shortCommand(['x'.repeat(60)])).toBe('x'.repeat(60));
  expect(shortCommand(['x'.repeat(61)])).toBe(`${'x'.repeat(59)}…`);
  expect(shortCommand([])).toBe('');
});

test('a socket has a name of as many bytes as the kernel takes, not characters', () => {
  const directory = (bytes: number) => `/${'ü'.repeat(40)}${'x'.repeat(bytes - 81)}`;
  const room = SOCKET_PATH_MAX - '/app.sock'.length;
  expect(socketPath(directory(room), 'app.sock', 'linux')).toBe(`${directory(room)}/app.sock`);
  expect(() => socketPath(directory(room + 1), 'app.sock', 'linux')).toThrow(RangeError);
  expect(socketPath('C:\\Users\\Me/x', '12.sock', 'win32')).toBe(
    '\\\\.\\pipe\\node-crac-c-users-me-x-12.sock',
  );
});

test('messages come in lines, however the bytes were cut', () => {
  const socket = Object.assign(new EventEmitter(), { setEncoding: () => {} });
  const messages: unknown[] = [];
  const bad: string[] = [];
  onLines(
    socket as unknown as Socket,
    (message) => messages.push(message),
    (text) => bad.push(text),
  );
  for (const text of ['{"a"', ':1}\n{"b":"gr', 'ün"}\nnone\n\n', '[]\n{"unfinished"'])
    socket.emit('data', text);
  expect(messages).toEqual([{ a: 1 }, { b: 'grün' }, []]);
  expect(bad).toEqual(['none', '']);
});
