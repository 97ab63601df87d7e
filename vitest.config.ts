import { defineConfig } from 'vitest/config';
import { BOTH, EITHER } from './test/support/engine-lists.ts';

/** Of programs that name no engine, where nobody asks for another: what is taken by itself has tests of its own. */
const { CRAC_ENGINE = 'criu' } = process.env;

export default defineConfig({
  test: {
    globalSetup: [],
    testTimeout: 240_000, // a bound for what hangs, not a measure: machines are slow and busy,
    hookTimeout: 300_000,
    maxWorkers: 2,
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      { extends: true, test: { name: 'tests', include: ['test/**/*.test.ts'], env: { CRAC_ENGINE } } },
      { extends: true, test: { name: 'direct', include: BOTH, env: { CRAC_ENGINE: 'direct' } } },
      { extends: true, test: { name: 'auto', include: EITHER, env: { CRAC_ENGINE: 'auto' } } },
    ],
  },
});
