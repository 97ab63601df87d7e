import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CRAC, get, Place, ROOT } from '../../support/crac.ts';
import { freePorts } from '../../support/ports.ts';

const PROGRAM = join(ROOT, 'test/command/image/programs/torture.cjs');
const REFERENCE = await freePorts(3);
const [PORT, OTHER] = [REFERENCE + 1, REFERENCE + 2];
const STEPS = [1, 2, 3, 4, 5, 6];
const SCALE = '10000';
let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => place.close());

const step = (port: number, number: number): Promise<string> => get(port, `/step/${number}`);

/** The digests of a program that never stood still. */
async function reference(): Promise<string[]> {
  const env = { PORT: String(REFERENCE), SCALE };
  const program = place.start(process.execPath, ['--expose-gc', PROGRAM], { env });
  await program.line(/ready/);
  const digests: string[] = [];
  for (const number of STEPS) digests.push(await step(REFERENCE, number));
  program.child.kill('SIGKILL');
  await program.ended;
  return digests;
}

async function checkpoint(target: string | number, ...options: string[]): Promise<void> {
  expect(await place.crac('checkpoint', String(target), ...options)).toMatchObject({ code: 0, stderr: '' });
}

for (const forms of [
  ['cow', 'cow', 'cow'],
  ['plain', 'cow', 'plain'],
]) {
  test(`memory is right in every generation of a program that does everything with it: ${forms.join(', ')}`, async () => {
    const expected = await reference();
    const images = ['a', 'b', 'c'].map((name) => place.path(name));
    const digests: string[] = [];
    const run = place.start(CRAC, ['run', '--image', place.path('a'), '--expose-gc', PROGRAM], {
      env: { PORT: String(PORT), SCALE },
    });
    await run.line(/ready/);
    digests.push(await step(PORT, 1), await step(PORT, 2));
    let current = run;
    for (const [generation, image] of images.entries()) {
      await checkpoint(current.pid, '--image', image, '--image-form', forms[generation] as string);
      await current.ended;
      const { memory } = JSON.parse(readFileSync(join(image, 'manifest.json'), 'utf8'));
      expect(memory.form).toBe(forms[generation]);
      expect(memory.pageFile > 0).toBe(forms[generation] === 'cow');
      current = place.start(CRAC, ['restore', image]);
      if (generation === 0) {
        // A second copy goes its own way beside it, to the end.
        const copy = place.start(CRAC, ['restore', image, '--listen', `${PORT}=${OTHER}`]);
        const others: string[] = [];
        for (const number of STEPS.slice(2)) others.push(await step(OTHER, number));
        expect(others).toEqual(expected.slice(2));
        copy.child.kill('SIGKILL');
        await copy.ended;
      }
      digests.push(await step(PORT, digests.length + 1));
      if (generation === 1) rmSync(image, { recursive: true }); // the copy that runs must not notice
    }
    digests.push(await step(PORT, 6));
    expect(digests).toEqual(expected);
    expect(current.stderr()).toBe('');
  }, 240_000);
}
