import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { chooseEngine, parseEngine } from '../../../../src/command/engines/choice.ts';

test('an engine with settings: files are taken from here, values may hold =', () => {
  expect(parseEngine('criu,path=sbin/criu,verbosity=2,log-file=/tmp/a=b.log')).toEqual({
    name: 'criu',
    settings: { path: resolve('sbin/criu'), verbosity: '2', 'log-file': '/tmp/a=b.log' },
  });
});

test.each([
  ['linux', 'criu'],
  ['darwin', 'simulate'],
  ['win32', 'simulate'],
  ['freebsd', 'simulate'],
] as const)('on %s the default is %s', (platform, name) => {
  // One that was named counts as there: this machine need not have any.
  const environment = { CRAC_CRIU_PATH: '/usr/sbin/criu' };
  expect(chooseEngine(undefined, environment, platform)).toEqual({ name, settings: {}, byDefault: true });
});

test('an empty CRAC_ENGINE is none', () => {
  expect(chooseEngine(undefined, { CRAC_ENGINE: '', CRAC_CRIU_PATH: 'criu' }, 'linux').name).toBe('criu');
  expect(chooseEngine(undefined, { CRAC_ENGINE: 'pause' }, 'linux').name).toBe('pause');
});

test('criu is refused where there is no Linux', () => {
  expect(() => chooseEngine('criu', {}, 'win32')).toThrow(
    'the engine criu works on Linux only, and this is win32. Develop here with\n  crac run --engine simulate app.js',
  );
});
