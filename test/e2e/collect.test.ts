import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

const PORT = 25190;

async function restoredAfter(collect: string[]): Promise<string> {
  const words = ['--image', image, '--allow-natives-syntax', join(PROGRAMS, 'optimised.js')];
  const running = place.start(CRAC, ['run', ...words], { env: { PORT: String(PORT) } });
  await running.line(/listening/);
  expect(await get(PORT)).toBe('true');
  expect(await place.crac('checkpoint', image, ...collect)).toMatchObject({ code: 0, stderr: '' });
  await running.ended;
  place.start(CRAC, ['restore', image]);
  return get(PORT);
}

test('--collect young keeps optimised code', async () => {
  expect(await restoredAfter(['--collect', 'young'])).toBe('true');
});

test('without it V8 gives up code that depends on shapes of which no object lives', async () => {
  expect(await restoredAfter([])).toBe('false');
});

test('--collect of anything else', async () => {
  expect(await place.crac('checkpoint', '1', '--collect', 'old')).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: 'crac: --collect old: expected all or young\n',
  });
});
