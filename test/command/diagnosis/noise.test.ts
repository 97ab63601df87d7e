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
  ['journald, short-iso', (text) => perLine(text, (line) => `2026-11-28T18:36:28+0000 n-7 app[47]: ${line}`)],
  [
    'journald, short-full',
    (text) => perLine(text, (line) => `Sat 2026-11-28 18:36:28 UTC n app[4]: ${line}`),
  ],
  ['journald, monotonic', (text) => perLine(text, (line) => `[12345.678901] node-7 app[4711]: ${line}`)],
  [
    'journald, JSON',
    (text) => perLine(text, (line) => JSON.stringify({ __CURSOR: 's=1', _PID: '1', MESSAGE: line })),
  ],
  [
    'journald, JSON with bytes',
    (text) => perLine(text, (line) => JSON.stringify({ _PID: '1', MESSAGE: [...Buffer.from(line)] })),
  ],
  ['syslog without a host', (text) => perLine(text, (line) => `Nov 28 18:36:28 ${line}`)],
  ['RFC 5424', (text) => perLine(text, (line) => `<34>1 2026-11-28T18:36:28.003Z n-7 app 47 ID47 - ${line}`)],
  ['dmesg -T', (text) => perLine(text, (line) => `[Sat Nov 28 18:36:28 2026] ${line}`)],
  ['a time in brackets', (text) => perLine(text, (line) => `[2026-11-28T18:36:28.003Z] ${line}`)],
  ['kubectl --prefix', (text) => perLine(text, (line) => `[pod/app-1/app] 2026-11-28T18:36:28.1Z ${line}`)],
  ['stern', (text) => perLine(text, (line) => `app-7d9f › app ${line}`)],
  ['PM2', (text) => perLine(text, (line) => `0|app  | ${line}`)],
  ['events', (text) => perLine(text, (line) => `  Warning  Failed     2s (x3 over 40s)  kubelet  ${line}`)],
  ['log4j', (text) => perLine(text, (line) => `2026-11-28 18:36:28,003 ERROR [main] c.a.App - ${line}`)],
  [
    'Spring',
    (text) => perLine(text, (line) => `2026-11-28T18:36:28.0+01:00  INFO 17 --- [  main] c.a.App : ${line}`),
  ],
  ['grep -n', (text) => perLine(text, (line) => `./image/restore.log:17:${line}`)],
  ['cat -n', (text) => perLine(text, (line) => `   123\t${line}`)],
  ['a quotation', (text) => perLine(text, (line) => `> ${line}`)],
  ['nested JSON', (text) => JSON.stringify({ level: 'error', err: { message: text } })],
  ['JSON over lines', (text) => JSON.stringify({ level: 'error', error: { message: text } }, null, 2)],
  ['a string of JSON', (text) => JSON.stringify(text)],
  ['logfmt', (text) => `level=error msg="it failed" error=${JSON.stringify(text)}`],
  [
    'parts of the CRI',
    (text) =>
      perLine(text, (line) => {
        const half = line.length >> 1;
        return `2026-11-28T18:36:28.1Z stderr P ${line.slice(0, half)}\n2026-11-28T18:36:28.1Z stderr F ${line.slice(half)}`;
      }),
  ],
  [
    'parts of Docker',
    (text) =>
      perLine(text, (line) => {
        const half = line.length >> 1;
        return [line.slice(0, half), `${line.slice(half)}\n`]
          .map((log) => JSON.stringify({ log, stream: 'stderr', time: '2026-11-28T18:36:28Z' }))
          .join('\n');
      }),
  ],
  ['a narrow terminal', (text) => perLine(text, (line) => (line.match(/.{1,120}/g) ?? ['']).join('\n'))],
  ['colours of cat -v', (text) => perLine(text, (line) => `^[[1;31m${line}^[[0m`)],
  ['colours of syslog', (text) => perLine(text, (line) => `#033[31m${line}#033[0m`)],
  ['colours without their sign', (text) => perLine(text, (line) => `[31m${line}[0m`)],
  [
    'a web page',
    (text) =>
      text
        .replaceAll('&', '&amp;')
        .replaceAll("'", '&#39;')
        .replaceAll('"', '&quot;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;'),
  ],
  ['signs of a word processor', (text) => text.replaceAll("'", '’').replaceAll(' ', '\u00a0')],
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

const LOCKS = [
  '(00.000001) Version: 4.1 (gitid 0)',
  '(00.001000) Dumping processes (pid: 10)',
  '(00.013102) Error (criu/file-lock.c:110): Some file locks are hold by dumping tasks! You can try --file-locks to dump them.',
  '(00.014000) Unlock network',
  '(00.017000) Error (criu/cr-dump.c:2111): Dumping FAILED.',
];
const WORKED = [
  '(00.000002) Version: 4.1 (gitid 0)',
  '(00.002200) Restoring',
  '(00.003300) one',
  '(00.004400) two',
  '(00.005500) three',
  '(00.007000) Restore finished successfully. Tasks resumed.',
];

describe('two runs line by line in turn', () => {
  const mixed = (one: readonly string[], other: readonly string[]): string =>
    Array.from({ length: 8 }, (_, i) => [one[i], other[i]].filter((line) => line !== undefined))
      .flat()
      .join('\n');

  test('told apart by their clocks, the one that worked hides no failure', () => {
    expect(codes(mixed(LOCKS, WORKED))).toEqual(['CRIU_FILE_LOCKS']);
    expect(codes(mixed(WORKED, LOCKS))).toEqual(['CRIU_FILE_LOCKS']);
  });

  test('told apart by who printed them, at the same time', () => {
    const from = (lines: readonly string[], who: string): string[] =>
      lines.map((line) => `${who}${line.replace(/^\([\d.]+\) /, '')}`);
    for (const [one, other] of [
      ['app-1  | ', 'app-2  | '],
      ['[pod/app-1/app] ', '[pod/app-2/app] '],
      ['Nov 28 18:36:28 node-7 criu[4711]: ', 'Nov 28 18:36:28 node-7 criu[4712]: '],
    ] as const) {
      expect(codes(mixed(from(LOCKS, one), from(WORKED, other)))).toEqual(['CRIU_FILE_LOCKS']);
      expect(codes(mixed(from(WORKED, one), from(LOCKS, other)))).toEqual(['CRIU_FILE_LOCKS']);
    }
  });

  test('runs one after the other are no mixture', () => {
    expect(diagnose([...WORKED, ...WORKED, ...WORKED, ...WORKED].join('\n'))).toMatchObject({ worked: true });
    expect(codes([...WORKED, ...LOCKS, ...WORKED].join('\n'))).toEqual(['CRIU_FILE_LOCKS']);
  });
});

test('a log without an error and without a verdict is told to be cut off', () => {
  expect(diagnose(LOCKS.slice(0, 2).join('\n'))).toMatchObject({
    findings: [],
    worked: false,
    isCutOff: true,
  });
  expect(diagnose(WORKED.join('\n'))).toMatchObject({ worked: true, isCutOff: false });
});

/** Patterns must not need the square or the cube of a line's length: this test ends in seconds, or not at all. */
test('long lines of what a message begins with do no harm', () => {
  const beginnings = SAMPLES.flatMap(({ sample }) =>
    sample.split('\n').map((line) =>
      line
        .replace(/^.*?(?:Error|Warn ) \([^)]*\): /, '')
        .split(' ')
        .slice(0, 2)
        .join(' '),
    ),
  );
  // Numbers differ from sample to sample, and tell nothing new.
  const distinct = new Map(beginnings.map((words) => [words.replace(/\d+/g, '0'), words]));
  for (const words of distinct.values()) diagnose(`${words} `.repeat(8192 / (words.length + 1)));
}, 120_000);

test.for(['\u001b]', '\u001b[', 'msg="', '{"', '[{"', '\\"', '&#', '> ', 'a:', '0'])(
  'a megabyte of %j does no harm',
  (piece) => {
    expect(codes(piece.repeat((1 << 20) / piece.length))).toEqual([]);
  },
);

test('what is no text is told as such', () => {
  expect(
    decode(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 3, 0, 0x3e, 0])),
  ).toBeUndefined();
  expect(decode(Buffer.alloc(64))).toBeUndefined();
  expect(decode(Buffer.from('plain\0text\n'))).toBe('plaintext\n');
});
