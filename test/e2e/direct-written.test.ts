import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { builder } from '../support/build.ts';
import { CRAC, getJson, PROGRAMS, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** What a copy shows to those after it: the pages that it writes (native/page-hints.h). */

const PORT = await freePorts(1);
const noStrace = spawnSync('strace', ['-V']).status !== 0;
/** The bytes before the runs of pages, each a start and a length of 8 bytes. */
const IDENTITY = 128;
const POPULATE = /MADV_POPULATE_WRITE|, 0x17\b/;

async function makeImage(): Promise<void> {
  const words = ['run', '--engine', 'direct', '--image', image, join(PROGRAMS, 'http-server.js')];
  const program = place.start(CRAC, words, { env: { PORT: String(PORT) } });
  expect(await getJson(PORT)).toMatchObject({ count: 1 });
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
}

const notes = (): string[] => readdirSync(place.path('run')).filter((name) => /^written-[^.]*$/.test(name));

const noted = async (): Promise<string> =>
  await vi.waitUntil(
    () => {
      const [name] = notes();
      return name && join(place.path('run'), name);
    },
    { timeout: 60_000 },
  );

async function end(copy: Running): Promise<void> {
  copy.child.kill('SIGKILL');
  await copy.ended;
}

/** Starts a copy, which must go on where the image stands. */
async function restore(): Promise<Running> {
  const copy = place.start(CRAC, ['restore', image]);
  expect(await getJson(PORT)).toMatchObject({ count: 2 });
  return copy;
}

/** Restores the image under strace, and returns how many runs of pages it has copied at once. */
async function copiedAtOnce(): Promise<number> {
  const log = place.path('strace');
  const calls = 'trace=madvise,process_madvise';
  const traced = place.start('strace', ['-f', '-v', '-o', log, '-e', calls, CRAC, 'restore', image]);
  expect(await getJson(PORT)).toHaveProperty('count');
  // The tracer ends with the copy, which is known by its record.
  for (const name of readdirSync(place.path('run')).filter((each) => /^\d+$/.test(each)))
    process.kill(Number(name), 'SIGKILL');
  await traced.ended;
  const lines = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => POPULATE.test(line));
  const together = lines.filter((line) => / process_madvise\(.* = \d+$/.test(line));
  const each = lines.filter((line) => / madvise\(/.test(line));
  return each.length + together.reduce((sum, line) => sum + (line.match(/iov_base=/g) ?? []).length, 0);
}

test.skipIf(noStrace)(
  'the first copy notes the pages that it has written; the next has them copied at once',
  async () => {
    await makeImage();
    const first = await restore();
    const note = await noted();
    await end(first);
    const runs = (readFileSync(note).length - IDENTITY) / 16;
    expect(runs).toBeGreaterThan(0);
    expect(await copiedAtOnce()).toBe(runs);
  },
);

test('a note of another image, or one that is damaged, harms nothing', async () => {
  await makeImage();
  const first = await restore();
  const note = await noted();
  await end(first);
  const whole = readFileSync(note);
  const runsAt = (start: bigint, length: bigint) => {
    const runs = Buffer.alloc(16);
    runs.writeBigUInt64LE(start, 0);
    runs.writeBigUInt64LE(length, 8);
    return Buffer.concat([whole.subarray(0, IDENTITY), runs]);
  };
  const damaged = [
    Buffer.alloc(0),
    whole.subarray(0, IDENTITY - 1),
    whole.subarray(0, whole.length - 3),
    runsAt(0x1000n, 0x1000n),
    runsAt(0x400000n, 0x1000n),
    runsAt(0x7ffffffff000n, 0xffffffffffff000n),
    Buffer.concat([Buffer.from('1 2 3'.padEnd(IDENTITY, '\0')), whole.subarray(IDENTITY)]),
  ];
  for (const content of damaged) {
    writeFileSync(note, content);
    await end(await restore());
  }
});

test('of many notes the oldest goes', async () => {
  await makeImage();
  for (let i = 0; i < 64; i++) {
    const old = place.path('run', `written-${i}`);
    writeFileSync(old, '');
    utimesSync(old, 1000 + i, 1000 + i);
  }
  const copy = await restore();
  await vi.waitUntil(() => notes().some((name) => name.length > 'written-63'.length), { timeout: 60_000 });
  await vi.waitUntil(() => !notes().includes('written-0'), { timeout: 60_000 });
  await end(copy);
  expect(notes()).toHaveLength(64);
  expect(notes()).toContain('written-1');
});

describe('an image of crac build', () => {
  const file = () => join(image, 'crac-written.img');

  const build = () => builder(PORT)(['--engine', 'direct', join(PROGRAMS, 'http-server.js')]);

  test.skipIf(noStrace)('has what its trial has shown: nothing is noted, on no machine', async () => {
    expect(await build()).toMatchObject({ code: 0 });
    const runs = (readFileSync(file()).length - IDENTITY) / 16;
    expect(runs).toBeGreaterThan(0);
    for (const name of notes()) rmSync(place.path('run', name)); // as on another machine
    expect(await copiedAtOnce()).toBe(runs);
    expect(notes()).toEqual([]);
    const verified = await place.crac('inspect', image, '--verify');
    expect(verified).toMatchObject({ code: 0 });
  });

  test('is restored without them, and where they are damaged', async () => {
    expect(await build()).toMatchObject({ code: 0 });
    const whole = readFileSync(file());
    const changed = (at: number, value: number) => {
      const copy = Buffer.from(whole);
      copy[at] = value;
      return copy;
    };
    for (const content of [changed(0, 0), changed(IDENTITY, 1), changed(whole.length - 1, 255)]) {
      writeFileSync(file(), content);
      const copy = place.start(CRAC, ['restore', image]);
      expect(await getJson(PORT)).toHaveProperty('count');
      await end(copy);
    }
    rmSync(file());
    const conf = join(image, 'restore.conf');
    writeFileSync(conf, readFileSync(conf, 'utf8').replace(/^file \d+ crac-written\.img\n/m, ''));
    const copy = place.start(CRAC, ['restore', image]);
    expect(await getJson(PORT)).toHaveProperty('count');
    await end(copy);
  });
});
