import { defineConfig } from 'vitest/config';
import { NEUTRAL } from './test/support/engine-lists.ts';

/** Of `npm run test:direct`: programs that name no engine have the engine direct. */
export default defineConfig({
  test: {
    include: NEUTRAL,
    env: { CRAC_ENGINE: 'direct' },
    testTimeout: 240_000, // a bound for what hangs, not a measure: machines are slow and busy,
    hookTimeout: 300_000,
    maxWorkers: 2,
    reporters: ['default', './test/support/summary-reporter.ts'],
  },
});
