import { defineConfig } from 'vitest/config';
import { BOTH } from './test/support/engine-lists.ts';

export default defineConfig({
  test: {
    globalSetup: [],
    testTimeout: 240_000, // a bound for what hangs, not a measure: machines are slow and busy,
    hookTimeout: 300_000,
    maxWorkers: 2,
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      { extends: true, test: { name: 'tests', include: ['test/**/*.test.ts'] } },
      { extends: true, test: { name: 'direct', include: BOTH, env: { CRAC_ENGINE: 'direct' } } },
    ],
  },
});
