import { expect, test } from 'vitest';
import { wrap } from '../../../src/command/base/wrap.ts';

test('lines are as long as they may be, and later ones hang', () => {
  expect(wrap('aa bb cc dd', 5)).toEqual(['aa bb', 'cc dd']);
  expect(wrap('aa bb cc', 6, '- ', '  ')).toEqual(['- aa', '  bb', '  cc']);
  expect(wrap('aa bb', 7, '- ')).toEqual(['- aa bb']);
});

test('a word that is longer than a line stands alone, whole', () => {
  expect(wrap('a https://example.com/long b', 10, '> ', '  ')).toEqual([
    '> a',
    '  https://example.com/long',
    '  b',
  ]);
  expect(wrap('https://example.com/long', 3, '> ')).toEqual(['> https://example.com/long']);
});

test('no text is one line, and no word is lost', () => {
  expect(wrap('', 10, '- ')).toEqual(['- ']);
  const text = Array.from({ length: 500 }, (_, index) => 'x'.repeat(index % 17)).join(' ');
  expect(wrap(text, 40).join(' ')).toBe(text);
});
