import { defineConfig } from 'vitest/config';

/** Of `npm run test:clones`: whole machines under emulation, which take minutes. As root, with QEMU, and Debian's archive. */
export default defineConfig({
  test: {
    include: ['test/machines/**/*.machine.ts'],
    testTimeout: 1_200_000, // a bound for what hangs, not a measure
    reporters: ['default'],
  },
});
