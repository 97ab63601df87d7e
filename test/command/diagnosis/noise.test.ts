import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../../src/command/diagnosis/catalogue/index.ts';
import { decode } from '../../../src/command/diagnosis/decode.ts';
import { diagnose } from '../../../src/command/diagnosis/explain-text.ts';

/** Noise around a failure never changes its cause. Everything random comes from one seed: a failing case fails again. */

let state = 20260711;
/** A number below `limit`: a linear congruential generator, the same on every machine. */
function below(limit: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 0x100000000) * limit);
}

const codes = (text: string): string[] => diagnose(text).findings.map(({ code }) => code);

const SAMPLES = CATALOGUE.flatMap(({ code, samples }) => samples.map((sample) => ({ code, sample })));

/** Samples that are the engine's alone: other programs' words may be about the very line that is around them. */
const OF_ENGINE = SAMPLES.filter(({ sample }) =>
  sample.split('\n').every((line) => /\b(?:Error|Warn) +\(/.test(line)),
);

const perLine = (text: string, wrap: (line: string) => string): string =>
  text
    .split('\n')
    .map((line) => wrap(line))
    .join('\n');

const WRAPPERS: readonly (readonly [name: string, wrap: (text: string) => string])[] = [
  ['CR LF', (text) => text.replaceAll('\n', '\r\n')],
  ['colours', (text) => perLine(text, (line) => `\u001b[1;31m${line}\u001b[0m`)],
  ['journald', (text) => perLine(text, (line) => `Nov 28 18:36:28 node-7 program[4711]: ${line}`)],
  ['an ISO time', (text) => perLine(text, (line) => `2026-11-28T18:36:28.123456789Z ${line}`)],
  ['the CRI', (text) => perLine(text, (line) => `2026-11-28T18:36:28.123456789+00:00 stderr F ${line}`)],
  ['klog', (text) => perLine(text, (line) => `E1128 18:36:28.123456    4711 server.go:310] ${line}`)],
  ['compose', (text) => perLine(text, (line) => `app-1  | ${line}`)],
  [
    'JSON lines',
    (text) =>
      perLine(text, (line) =>
        JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-28T18:36:28Z' }),
      ),
  ],
  ['zero bytes', (text) => perLine(text, (line) => `\0\0${line}\0`)],
  ['empty lines', (text) => text.replaceAll('\n', '\n\n\n')],
  ['UTF-16', (text) => decode(Buffer.from(`\ufeff${text}`, 'utf16le')) as string],
  ['UTF-16 of the other order', (text) => decode(Buffer.from(`\ufeff${text}`, 'utf16le').swap16()) as string],
  ['UTF-16 without a mark', (text) => decode(Buffer.from(text, 'utf16le')) as string],
];

/** Names of programs, paths and logs in samples count as whose words they are; only these add nothing to that. */
describe.for(WRAPPERS)('%s', ([name, wrap]) => {
  test('changes no cause', () => {
    const changed = SAMPLES.filter(({ code, sample }) => codes(wrap(sample)).join() !== code);
    expect(changed.map(({ code, sample }) => `${code} in ${name}: ${sample}`)).toEqual([]);
  });
});

const UNRELATED = [
  '(00.000101) Found anon-shmem mapping, OK',
  '(00.000102) Collecting fds (pid: 4711)',
  '(00.000103)      9: \tRestored mapping 1 of 2',
  'Listening on port 8080',
  '{"level":30,"msg":"request completed","responseTime":12}',
  'GET /health 200 1.2 ms',
  '# a line of a shell script',
  '2026-11-28 18:36:28 INFO  started in 1.234 seconds',
];

test('unrelated lines between change no cause', () => {
  const changed = OF_ENGINE.filter(({ code, sample }) => {
    const lines = sample.split('\n').flatMap((line) => {
      const before = Array.from({ length: below(4) }, () => UNRELATED[below(UNRELATED.length)] as string);
      return [
        ...before.map((text) => text.replace(/^\(00\.\d+\)/, line.match(/^\(\d+\.\d+\)/)?.[0] ?? '')),
        line,
      ];
    });
    return codes([...lines, UNRELATED[3]].join('\n')).join() !== code;
  });
  expect(changed.map(({ code, sample }) => `${code}: ${sample}`)).toEqual([]);
});

test('a log that is cut anywhere, or bytes that are changed, never crash it', () => {
  for (const { sample } of SAMPLES) {
    const bytes = Buffer.from(sample);
    for (let i = 0; i < 4; i++) {
      const cut = bytes.subarray(below(bytes.length), below(bytes.length));
      diagnose(decode(cut) ?? '');
      const changed = Buffer.from(bytes);
      for (let j = 0; j < 3; j++) changed[below(bytes.length)] = below(256);
      diagnose(decode(changed) ?? '');
    }
  }
});

test('what is cut off at the end takes no other cause in', () => {
  const wrong = OF_ENGINE.filter(({ code, sample }) => {
    const lines = sample.split('\n');
    return lines.length > 1 && codes(lines.slice(0, 1).join('\n')).some((found) => found !== code);
  });
  expect(wrong.map(({ code, sample }) => `${code}: ${sample}`)).toEqual([]);
});

describe('long input', () => {
  test('a hundred thousand lines after the verdict are read', () => {
    const head =
      "(00.017007)  20811: Error (criu/sk-inet.c:1059): inet: Can't bind inet socket (id 26): Address already in use";
    const tail = Array.from(
      { length: 150_000 },
      (_, i) => `(00.${String(20_000 + i).padStart(6, '0')}) line ${i % 7}`,
    );
    const text = [
      head,
      '(00.017200) Error (criu/cr-restore.c:2397): Restoring FAILED.',
      ...tail,
      '(00.900000) Error (criu/cr-restore.c:2397): Restoring FAILED.',
    ];
    expect(codes(text.join('\n'))).toContain('CRIU_PORT_TAKEN');
  });

  test('one line without an end is no message and does no harm', () => {
    expect(codes('msg="'.repeat(1 << 18))).toEqual([]);
    expect(codes(`${'a'.repeat(1 << 22)}\n(00.1) x`)).toEqual([]);
  });
});

test('what is no text is told as such', () => {
  expect(
    decode(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 3, 0, 0x3e, 0])),
  ).toBeUndefined();
  expect(decode(Buffer.alloc(64))).toBeUndefined();
  expect(decode(Buffer.from('plain\0text\n'))).toBe('plaintext\n');
});
