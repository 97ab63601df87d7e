import { expect, test } from 'vitest';
import { escaped } from '../../../../src/command/image/report/html.ts';
import { formsIn, secretNames } from '../../../../src/command/image/report/secrets.ts';
import { tiles } from '../../../../src/command/image/report/treemap.ts';

test('rectangles fill the area, each by its weight, and do not overlap', () => {
  const weights = [500, 200, 100, 80, 60, 30, 20, 9, 1];
  const all = tiles(weights, (weight) => weight, 960, 420);
  expect(all.map(({ item }) => item)).toEqual(weights);
  for (const { item, width, height, x, y } of all) {
    expect(width * height).toBeCloseTo((item / 1000) * 960 * 420, 3);
    expect(x >= 0 && y >= 0 && x + width < 960.001 && y + height < 420.001).toBe(true);
  }
  const overlap = (a: (typeof all)[number], b: (typeof all)[number]) =>
    Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > 0.001 &&
    Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > 0.001;
  expect(all.some((one, index) => all.slice(index + 1).some((other) => overlap(one, other)))).toBe(false);
  expect(tiles([], () => 1, 10, 10)).toEqual([]);
  expect(tiles([0, 0], (weight) => weight, 10, 10)).toEqual([]);
});

test('text is text: no markup, no control characters, no writing that turns around', () => {
  expect(escaped(`<a href='x' title="y">&amp;</a>`)).toBe(
    '&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;amp;&lt;/a&gt;',
  );
  expect(escaped('a\u001b[31m\u202eb\u0000c\u0085')).toBe('a\ufffd[31m\ufffdb\ufffdc\ufffd');
});

test('names of secrets', () => {
  const names =
    'PATH DB_PASSWORD TOKENS GITHUB_TOKEN AWS_SECRET_ACCESS_KEY DATABASE_URL HOME api_key PASSAGE AUTHOR SESSION_SECRET';
  expect(secretNames(names.split(' '))).toEqual(
    'DB_PASSWORD GITHUB_TOKEN AWS_SECRET_ACCESS_KEY DATABASE_URL api_key SESSION_SECRET'.split(' '),
  );
});

test('forms of secrets, among bytes that are no text', () => {
  const found = new Map<string, number>();
  const secrets = [
    `ghp_${'x'.repeat(36)}`,
    'AKIAABCDEFGHIJKLMNOP',
    '-----BEGIN PRIVATE KEY-----\nMIIE',
    'postgres://me:sesame@db.example/app',
    `ghp_${'y'.repeat(36)}`,
  ];
  formsIn(
    Buffer.from(`\u0000\ufffd${secrets.join('\u0000\u0001')}\u0000 ghp_short https://host/a:b@c`),
    found,
  );
  expect(Object.fromEntries(found)).toEqual({
    'GitHub token': 2,
    'AWS access key': 1,
    'private key (PEM)': 1,
    'address with a password': 1,
  });
});
