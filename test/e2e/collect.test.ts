import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, getJson, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

const PORT = 25190;

async function restoredAfter(collect: string[]): Promise<unknown> {
  const words = ['--image', image, '--allow-natives-syntax', join(PROGRAMS, 'optimised.js')];
  const running = place.start(CRAC, ['run', ...words], { env: { PORT: String(PORT) } });
  await running.line(/listening/);
  expect(await getJson(PORT)).toEqual({ optimised: true, compiled: true });
  expect(await place.crac('checkpoint', image, ...collect)).toMatchObject({ code: 0, stderr: '' });
  await running.ended;
  place.start(CRAC, ['restore', image]);
  return getJson(PORT);
}

test('--collect young keeps optimised code', async () => {
  expect(await restoredAfter(['--collect', 'young'])).toEqual({ optimised: true, compiled: true });
});

test('without it V8 gives up code that depends on shapes of which no object lives, but no bytecode', async () => {
  expect(await restoredAfter([])).toEqual({ optimised: false, compiled: true });
});

test('--collect of anything else', async () => {
  expect(await place.crac('checkpoint', '1', '--collect', 'old')).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: 'crac: --collect old: expected all or young\n',
  });
});
