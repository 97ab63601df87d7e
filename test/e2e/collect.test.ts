import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { apps } from '../support/copies.ts';
import { CRAC, getJson, PROGRAMS } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);

const VERSIONS = ['node22', 'node24', 'node26'] as const;
let paths: Record<(typeof VERSIONS)[number], string>;

beforeAll(async () => {
  paths = await apps(...VERSIONS);
}, 900_000);

async function restoredAfter(collect: string[], node: string): Promise<unknown> {
  const words = ['--image', image, '--node', node, '--allow-natives-syntax', join(PROGRAMS, 'optimised.js')];
  const running = place.start(CRAC, ['run', ...words], { env: { PORT: String(PORT) } });
  await running.line(/listening/);
  expect(await getJson(PORT)).toEqual({ optimised: true, compiled: true });
  expect(await place.crac('checkpoint', image, ...collect)).toMatchObject({ code: 0, stderr: '' });
  await running.ended;
  place.start(CRAC, ['restore', image]);
  return getJson(PORT);
}

describe.each(['this', ...VERSIONS] as const)('with %s node', (version) => {
  const node = () => (version === 'this' ? process.execPath : paths[version]);

  test('--collect young keeps optimised code', async () => {
    expect(await restoredAfter(['--collect', 'young'], node())).toEqual({ optimised: true, compiled: true });
  });

  test('without it V8 gives up code that depends on shapes of which no object lives, but no bytecode', async () => {
    expect(await restoredAfter([], node())).toEqual({ optimised: false, compiled: true });
  });
});

test('--collect of anything else', async () => {
  expect(await place.crac('checkpoint', '1', '--collect', 'old')).toEqual({
    code: 2,
    signal: null,
    stdout: '',
    stderr: 'crac: --collect old: expected all or young\n',
  });
});
