import { expect, test } from 'vitest';
import { ConfReader } from '../../../src/command/image/restore-conf.ts';
import { checkRequired, labelsOf } from '../../../src/command/machine/labels.ts';

test('labels are names and values; what follows the first = belongs to the value', () => {
  expect(labelsOf(['app.version=1.2', 'a/b=c=d', 'x=grün und blau'])).toEqual({
    'app.version': '1.2',
    'a/b': 'c=d',
    x: 'grün und blau',
  });
  expect(labelsOf(['a=1', 'a=1'])).toEqual({ a: '1' });
});

test.each([
  ['a', 'expected NAME=VALUE, as app.version=1.2'],
  ['=b', 'a name has letters, digits and . _ / - only, at most 63 of them'],
  ['a b=c', 'a name has letters, digits and . _ / - only, at most 63 of them'],
  [`${'a'.repeat(64)}=c`, 'a name has letters, digits and . _ / - only, at most 63 of them'],
  ['a=', 'a value is a line of 1 to 1000 characters'],
  ['a=b\nend 1', 'a value is a line of 1 to 1000 characters'],
  ['a=\u001b[31m', 'a value is a line of 1 to 1000 characters'],
  ['a=b\u0085', 'a value is a line of 1 to 1000 characters'],
  ['node=20', 'every image says by itself what node it was made with; choose another name'],
  ['arch=x', 'every image says by itself what arch it was made with; choose another name'],
])('%j is no label', (word, why) => {
  expect(() => labelsOf([word])).toThrow(`--label ${word}: ${why}`);
});

test('one name with two values', () => {
  expect(() => labelsOf(['a=1', 'a=2'])).toThrow('--label a=2: a has the value 1 already');
});

test('what is required of an image that is woken without the native part', () => {
  const conf = new ConfReader('format 1\nlabel team=blue\nlabel v=1=2\nend 1\n');
  checkRequired('/i', conf, ['team=blue', 'v=1=2']);
  expect(() => checkRequired('/i', conf, ['team=red'])).toThrow(
    '/i has the label team=blue, and team=red is required.',
  );
  expect(() => checkRequired('/i', conf, ['nix=1'])).toThrow('/i has no label nix, and nix=1 is required.');
});
