import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { CRAC, getJson, PROGRAMS, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

/** What the first copy of an image notes for those after it: the pages that a copy writes (native/page-hints.h). */

const PORT = await freePorts(1);
const noStrace = spawnSync('strace', ['-V']).status !== 0;
/** The bytes before the runs of pages, each a start and a length of 8 bytes. */
const IDENTITY = 128;

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

test.skipIf(noStrace)(
  'the first copy notes the pages that it has written; the next has them copied at once',
  async () => {
    await makeImage();
    const first = await restore();
    const note = await noted();
    await end(first);
    const runs = (readFileSync(note).length - IDENTITY) / 16;
    expect(runs).toBeGreaterThan(0);
    const log = place.path('strace');
    const traced = place.start('strace', ['-f', '-o', log, '-e', 'trace=madvise', CRAC, 'restore', image]);
    expect(await getJson(PORT)).toMatchObject({ count: 2 });
    // The tracer ends with the copy, which is known by its record.
    for (const name of readdirSync(place.path('run')).filter((each) => /^\d+$/.test(each)))
      process.kill(Number(name), 'SIGKILL');
    await traced.ended;
    const populated = readFileSync(log, 'utf8').match(/MADV_POPULATE_WRITE|, 0x17\b/g);
    expect(populated).toHaveLength(runs);
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
