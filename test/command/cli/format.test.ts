import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatTable } from '../../../src/command/base/format.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [2 ** 20 - 1, '1.0 MiB'],
  [2 ** 30, '1.0 GiB'],
  [2 ** 50, '1024.0 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, '0 µs'],
  [0.0004, '0 µs'],
  [0.5, '500 µs'],
  [0.9999, '1.0 ms'],
  [1, '1.0 ms'],
  [9.94, '9.9 ms'],
  [9.99, '10 ms'],
  [148.4, '148 ms'],
  [999.6, '1.0 s'],
  [1000, '1.0 s'],
  [90_000, '90.0 s'],
])('%d milliseconds are %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test('a table has columns as wide as their widest cell, and no control characters', () => {
  expect(
    formatTable([
      ['PID', 'STATE', 'COMMAND'],
      ['1', 'running', 'node\u001b[2J app.js'],
      ['12345', '', ''],
    ]),
  ).toBe(['PID     STATE     COMMAND', '1       running   node\\x1b[2J app.js', '12345'].join('\n'));
  expect(formatTable([])).toBe('');
});
