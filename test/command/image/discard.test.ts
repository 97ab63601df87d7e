import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Place, ROOT } from '../../support/crac.ts';

let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => place.close());

function program(environment: NodeJS.ProcessEnv): string[] {
  const binary = place.path('discard');
  execFileSync('cc', ['-O1', '-o', binary, join(ROOT, 'test/command/image/programs/discard.c')]);
  writeFileSync(place.path('crac-memory.img'), Buffer.alloc(64 * 4096, 9));
  const output = execFileSync(binary, [place.path('crac-memory.img')], {
    env: { ...process.env, ...environment },
  });
  return output.toString().trim().split('\n');
}

test('memory of a page file that is given back reads as zeros under our library', () => {
  expect(program({ LD_PRELOAD: join(ROOT, 'native/build/no-io-uring.so') })).toEqual([
    'one page: 0, reads 0',
    'its neighbour: 0, reads 5',
    'many pages: 0, reads 0',
    'the page after: 0, reads 5',
    'free: 0, reads 0',
    'a protected page: 0, reads 0',
    'other memory of the file: 0, reads 9',
    'over a hole: -1, reads 0',
  ]);
});

test("the kernel alone would bring back the file's bytes: what the library is for", () => {
  expect(program({ LD_PRELOAD: '' })).toEqual([
    'one page: 0, reads 9',
    'its neighbour: 0, reads 5',
    'many pages: 0, reads 9',
    'the page after: 0, reads 5',
    'free: -1, reads 5',
    'a protected page: 0, reads 9',
    'other memory of the file: 0, reads 9',
    'over a hole: -1, reads 9',
  ]);
});
