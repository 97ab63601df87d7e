import { defineConfig } from 'vitest/config';

/** Of `npm run test:containers`: real builders and engines, some minutes. */
export default defineConfig({
  test: {
    include: ['test/containers/**/*.slow.ts'],
    testTimeout: 900_000, // a bound for what hangs, not a measure
    hookTimeout: 900_000,
    maxWorkers: 1,
    reporters: ['default', './test/support/summary-reporter.ts'],
  },
});
