import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, getJson, ROOT } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';

const PORT = await freePorts(5);
const PROGRAM = join(ROOT, 'test/command/image/programs/give-back.cjs');

function compile(): string {
  const addon = place.path('give-back.node');
  const headers = join(ROOT, 'node_modules/node-api-headers/include');
  const source = join(ROOT, 'test/command/image/programs/give-back.c');
  execFileSync('cc', ['-O1', '-shared', '-fPIC', '-I', headers, '-o', addon, source]);
  return addon;
}

async function imageOf(form: string): Promise<void> {
  const words = ['--image', image, '--image-form', form, PROGRAM, compile()];
  const running = place.start(CRAC, ['run', ...words], { env: { PORT: String(PORT) } });
  await running.line(/ready/);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await running.ended;
  place.start(CRAC, ['restore', image]);
}

// This is what native/preload/discard.c is for. Without it, `byLibc` reads 7 as well: V8 calls madvise as it does.
test("memory in V8's range that a restored program gives back is zeros; by the bare system call it is the image's", async () => {
  await imageOf('cow');
  const { memory } = JSON.parse(readFileSync(join(image, 'manifest.json'), 'utf8'));
  expect(memory.memory.v8.bytes).toBeGreaterThan(2 << 20);
  expect(await getJson(PORT)).toEqual({ byLibc: 0, byKernel: 7 });
  expect(await getJson(PORT)).toEqual({ byLibc: 0, byKernel: 7 });
});

test('from a plain image both are zeros: the memory is anonymous there', async () => {
  await imageOf('plain');
  expect(await getJson(PORT)).toEqual({ byLibc: 0, byKernel: 0 });
});
