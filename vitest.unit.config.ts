import { defineConfig } from 'vitest/config';

/** These need root, the engine, the network or a build; whatever else stands in test/ is a unit test. */
const NOT_UNITS = [
  'test/e2e/**',
  'test/command/diagnosis/{command,real-consoles}.test.ts',
  'test/command/diagnosis/mended/**',
  'test/docs/readme.test.ts',
  'test/command/engines/{fuzz,install,native-guards}.test.ts',
  'test/command/image/{arenas,check,discard,form,give-back,integrity,storage,torture}.test.ts',
];

/** Of `npm run test:unit`: pure code, read from src/*.ts as it stands, by any user on any machine. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: NOT_UNITS,
    testTimeout: 60_000, // a bound for what hangs, not a measure
    reporters: ['default', './test/support/summary-reporter.ts'],
  },
});
