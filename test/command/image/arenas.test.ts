import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CRAC, get, Place, ROOT } from '../../support/crac.ts';
import { freePorts } from '../../support/ports.ts';

const PORT = await freePorts(5);
let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => place.close());

test("glibc's arenas give zeros to calloc after a restore, whatever was freed and trimmed", async () => {
  const binary = place.path('arenas');
  const programs = join(ROOT, 'test/command/image/programs');
  execFileSync('cc', ['-O1', '-pthread', '-o', binary, join(programs, 'arenas.c')]);
  let current = place.start(CRAC, ['run', '--image', place.path('1'), join(programs, 'arenas.cjs'), binary], {
    env: { PORT: String(PORT) },
  });
  await current.line(/ready/);
  const answers: string[] = [];
  const rounds = async () => {
    for (let i = 0; i < 8; i++) answers.push(await get(PORT));
  };
  await rounds();
  for (const name of ['1', '2']) {
    const image = place.path(name);
    expect(await place.crac('checkpoint', String(current.pid), '--image', image)).toMatchObject({
      code: 0,
      stderr: '',
    });
    const { memory } = JSON.parse(readFileSync(join(image, 'manifest.json'), 'utf8'));
    if (name === '1') {
      expect(memory.memory['main-arena'].mappings).toBe(2); // node's and the C program's
      expect(memory.memory['thread-arena'].mappings).toBeGreaterThanOrEqual(2);
    } else {
      expect(memory.memory['page-file'].mappings).toBeGreaterThanOrEqual(4);
    }
    await current.ended;
    current = place.start(CRAC, ['restore', image]);
    await rounds();
  }
  expect(new Set(answers)).toEqual(new Set(['0 blocks of calloc are not zero\n']));
});
