import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apps, checkpoint } from '../support/copies.ts';
import { CRAC, get, getJson, PROGRAMS, ROOT, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(20);
const ADDON = join(ROOT, 'native/build/addon.node');

function run(...words: string[]): Running {
  writeFileSync(place.path('policies.yaml'), 'type: file\naction: reopen\n');
  const options = ['--image', image, '--policies', place.path('policies.yaml')];
  return place.start(CRAC, ['run', ...options, ...words], { env: { PORT: String(PORT) } });
}

const restore = (copy: number) =>
  place.start(CRAC, ['restore', image, ...(copy === 0 ? [] : ['--listen', `${PORT}=${PORT + copy}`])]);

/** Its last words, with no numbers and names of the moment. */
async function refused(copy: Running): Promise<string> {
  const { code, signal, stderr } = await copy.ended;
  expect({ code, signal }).not.toEqual({ code: 0, signal: null });
  return stderr.replaceAll(place.directory, 'HERE').replace(/the process \d+|another process/, 'somebody');
}

describe.each(['posix', 'flock', 'ofd'])(
  'a lock that the program held on a file that is opened again: %s',
  (kind) => {
    test('the first copy takes it again, the second is ended and says why; when the first has ended, another can', async () => {
      const script = join(PROGRAMS, 'held-lock.js');
      const program = run(script, ADDON, kind);
      await program.line(/locked\n/);
      await checkpoint(place, program, image);
      const first = restore(0);
      await get(PORT);
      expect(await refused(restore(1))).toContain(
        'HERE/journal.txt is locked by somebody, and the program held this lock at the checkpoint: only one copy can go on with it',
      );
      await get(PORT);
      // Somebody who asks for it himself, with no image.
      const other = place.start(process.execPath, [script, ADDON, kind], { env: { PORT: String(PORT + 2) } });
      expect((await other.ended).stderr).toContain('journal.txt is locked');
      first.child.kill('SIGKILL');
      await first.ended;
      const later = restore(1);
      await get(PORT + 1);
      later.child.kill('SIGTERM');
      await later.ended;
    });
  },
);

test('LevelDB, opened again by a policy: one copy goes on with it, a second is ended; nothing is lost', async () => {
  const { leveldb } = await apps('leveldb');
  const program = run(leveldb);
  expect(await getJson(PORT)).toEqual({ written: 1, keys: 1 });
  await checkpoint(place, program, image);
  const first = restore(0);
  expect(await getJson(PORT)).toEqual({ written: 2, keys: 2 });
  expect(await refused(restore(1))).toContain('HERE/data/level/LOCK is locked by somebody, ');
  expect(await getJson(PORT)).toEqual({ written: 3, keys: 3 });
  first.child.kill('SIGTERM');
  await first.ended;
  // A new program finds all that the copy has acknowledged.
  const reader = place.start(process.execPath, [leveldb], { env: { PORT: String(PORT) } });
  expect(await getJson(PORT)).toEqual({ written: 1, keys: 3 });
  reader.child.kill('SIGTERM');
  await reader.ended;
}, 300_000);
