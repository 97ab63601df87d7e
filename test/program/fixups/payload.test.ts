import { expect, test } from 'vitest';
import { formatPayload, parsePayload } from '../../../src/program/fixups/payload.ts';

test('what a restore hands over is read', () => {
  const message = [
    'R',
    'D/run/1',
    'C/srv/grün',
    'EA=1',
    'EEMPTY=',
    'EURL=a=b=c',
    'ELINES=a\nb',
    'N',
    'Aone',
    'A',
    'A--x',
    '',
  ];
  expect(parsePayload(message.join('\0'))).toEqual({
    record: '/run/1',
    cwd: '/srv/grün',
    environment: { A: '1', EMPTY: '', URL: 'a=b=c', LINES: 'a\nb' },
    arguments: ['one', '', '--x'],
  });
});

test('no arguments are other than none that were given', () => {
  expect(parsePayload('R\0D/r\0').arguments).toBeUndefined();
  expect(parsePayload('R\0D/r\0N\0').arguments).toEqual([]);
  expect(parsePayload('R\0Astray\0').arguments).toBeUndefined();
});

test('lines that are no variables, and fields that nobody knows, are left out', () => {
  expect(parsePayload('R\0E=::\0Enone\0E\0Zx\0EA=1\0')).toEqual({
    record: '',
    cwd: '',
    environment: { A: '1' },
  });
  expect(parsePayload('')).toEqual({ record: '', cwd: '', environment: {} });
});

test('the last of two variables of one name counts, and a variable may be called __proto__', () => {
  const { environment } = parsePayload('EA=1\0EA=2\0E__proto__=x\0Econstructor=y\0');
  expect(Object.entries(environment)).toEqual([
    ['A', '2'],
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

test('what is formatted is read again', () => {
  const environment = { PATH: '/bin', TEXT: 'a b\n"c"', EMPTY: '' };
  expect(parsePayload(formatPayload('/run/7', environment))).toEqual({
    record: '/run/7',
    cwd: '',
    environment,
  });
});
