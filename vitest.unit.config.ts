import { defineConfig } from 'vitest/config';

/** Paths of tests that need root, the engine, the network or a build; whatever else stands in test/ is a unit test. */
const NOT_UNITS = [
  'test/e2e/**',
  'test/command/diagnosis/{command,real-consoles}.test.ts',
  'test/command/diagnosis/mended/**',
  'test/docs/readme.test.ts',
  'test/command/engines/{fuzz,install,native-guards}.test.ts',
  'test/command/image/{arenas,check,discard,form,give-back,integrity,storage,torture}.test.ts',
];

const INSIDE = 'test/program/**/*.test.ts';

/**
 * The tests of `npm run test:unit`: pure code, read from src/*.ts as it stands, by any user on any machine. Files of
 * one worker share the modules that they import, such as the catalogue; what runs inside programs keeps state in its
 * modules, and each of its test files has its own.
 */
export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'outside',
          include: ['test/**/*.test.ts'],
          exclude: [...NOT_UNITS, INSIDE],
          isolate: false,
        },
      },
      { extends: true, test: { name: 'inside', include: [INSIDE] } },
    ],
    pool: 'threads',
    testTimeout: 60_000, // a bound for what hangs, not a measure
    reporters: ['default', './test/support/summary-reporter.ts'],
  },
});
