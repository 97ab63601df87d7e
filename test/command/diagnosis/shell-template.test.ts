import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { fillCommand } from '../../../src/command/diagnosis/shell-template.ts';
import { fill, placeholders, readable } from '../../../src/command/diagnosis/template.ts';

const EVIL = [
  "it's",
  '"; echo x; "',
  '$(echo x)',
  '`echo x`',
  '\\',
  'a b',
  '$HOME',
  '*',
  '~',
  'grün😀',
  '-n',
  "'\"'",
  '!',
];
const TEMPLATES = [
  'printf %s {path}',
  'printf %s "{path}"',
  "printf %s '{path}'",
  'printf %s "a"{path}',
  "printf %s \\'{path}",
];

test.each(TEMPLATES)('in %j a value stays one word of the shell', (template) => {
  for (const path of EVIL) {
    const said = execFileSync('sh', ['-c', fillCommand(template, { path })], { encoding: 'utf8' });
    expect(
      said.replace(/^[a'](?=[\s\S])/, (first) =>
        template.includes('"a"') || template.includes("\\'") ? '' : first,
      ),
    ).toBe(path);
  }
});

test('a value of a here-document of YAML is a scalar', () => {
  const template = "cat <<'END'\npath: {path}\nEND\necho {path}";
  expect(fillCommand(template, { path: 'a "b"' })).toBe(
    'cat <<\'END\'\npath: "a \\"b\\""\nEND\necho \'a "b"\'',
  );
});

test('placeholders: one more, other words, and parts that go with their value', () => {
  expect(fill('{n} {n+1} {x|none} {missing}', { n: '9', x: '' })).toBe('9 10 none MISSING');
  expect(fill('a[[ at {place}]] b', {})).toBe('a b');
  expect(fill('a[[ at {place}]] b', { place: 'c' })).toBe('a at c b');
  expect(fill('{a}', { a: '{b}', b: 'no' })).toBe('{b}');
  expect(fill('{a}', { a: 'x\u001b[2J\ny' })).toBe('x[2Jy');
  expect(fill('{a}', { a: '$& $1' })).toBe('$& $1');
  expect(placeholders('{a} [[{b|c}]] {d+1} { e }')).toEqual(['a', 'b', 'd']);
  expect(readable('x[[ {port+1}]] {path|there}')).toBe('x ‹port+1› ‹path›');
});
