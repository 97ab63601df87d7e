import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { whyNotAlone } from '../../../../src/command/engines/alone.ts';
import { chooseEngine, parseEngine } from '../../../../src/command/engines/choice.ts';

test('an engine with settings: files are taken from here, values may hold =', () => {
  expect(parseEngine('criu,path=sbin/criu,verbosity=2,log-file=/tmp/a=b.log')).toEqual({
    name: 'criu',
    settings: { path: resolve('sbin/criu'), verbosity: '2', 'log-file': '/tmp/a=b.log' },
  });
});

test('on linux the default is chosen at the checkpoint; criu for what needs namespaces', () => {
  const environment = { CRAC_CRIU_PATH: '/usr/sbin/criu' };
  const name = whyNotAlone() === undefined ? 'auto' : 'criu';
  expect(chooseEngine(undefined, environment, 'linux')).toEqual({ name, settings: {}, byDefault: true });
  expect(chooseEngine(undefined, environment, 'linux', ['--network']).name).toBe('criu');
  expect(chooseEngine('auto', environment, 'linux', ['--network']).name).toBe('criu');
});

test.each([
  ['darwin', 'simulate'],
  ['win32', 'simulate'],
  ['freebsd', 'simulate'],
] as const)('on %s the default is %s', (platform, name) => {
  expect(chooseEngine(undefined, {}, platform)).toEqual({ name, settings: {}, byDefault: true });
});

test('an empty CRAC_ENGINE is none', () => {
  expect(chooseEngine(undefined, { CRAC_ENGINE: '' }, 'darwin').name).toBe('simulate');
  expect(chooseEngine(undefined, { CRAC_ENGINE: 'pause' }, 'linux').name).toBe('pause');
});

test('criu is refused where there is no Linux', () => {
  expect(() => chooseEngine('criu', {}, 'win32')).toThrow(
    'the engine criu works on Linux only, and this is win32. Develop here with\n  crac run --engine simulate app.js',
  );
});
