import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { decode } from '../../../src/command/diagnosis/decode.ts';
import { explainText } from '../../../src/command/diagnosis/explain-text.ts';
import { readAll } from '../../../src/command/diagnosis/read-log.ts';

const FAILURE =
  "(00.017007)  20811: Error (criu/sk-inet.c:1059): inet: Can't bind inet socket (id 26): Address already in use\n";
const PART = 4096;
const LIMITS = { whole: 16 * PART, between: 8 * PART };
const LIMIT = 2 * LIMITS.whole + LIMITS.between + 4 * PART;

const quiet = (count: number): Buffer[] =>
  Array.from({ length: count }, () => Buffer.from('GET /health 200 1.2 ms\n'.repeat(PART / 23)));

test.for([
  ['at the beginning', [Buffer.from(FAILURE), ...quiet(60)]],
  ['between', [...quiet(30), Buffer.from(FAILURE), ...quiet(30)]],
  ['at the end', [...quiet(60), Buffer.from(FAILURE)]],
] as const)('of a log that is too long to be kept, a failure is found %s', async ([, parts]) => {
  const kept = await readAll(Readable.from(parts), LIMITS);
  expect(kept.length).toBeLessThan(LIMIT);
  expect(explainText(decode(kept) as string).map(({ code }) => code)).toEqual(['CRIU_PORT_TAKEN']);
});

test('lines that may tell are kept up to a bound', async () => {
  const noisy = Buffer.from('request failed\n'.repeat(PART / 15));
  const parts = Array.from({ length: 60 }, () => noisy);
  expect((await readAll(Readable.from(parts), LIMITS)).length).toBeLessThan(LIMIT);
});

test('a short log is kept as it is, in whatever pieces it comes', async () => {
  const text = `one\n${FAILURE}last`;
  const pieces = text.match(/[\s\S]{1,7}/g)?.map((piece) => Buffer.from(piece)) ?? [];
  expect((await readAll(Readable.from(pieces))).toString()).toBe(text);
});
