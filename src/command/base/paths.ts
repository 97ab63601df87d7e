import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's root: bundles stand in dist/ and dist/chunks/. */
function packageRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith('chunks') ? join(here, '../..') : join(here, '..');
}

export const PACKAGE_ROOT = packageRoot();
export const NATIVE = join(PACKAGE_ROOT, 'native/build/crac-native');
export const ADDON = join(PACKAGE_ROOT, 'native/build/addon.node');
export const NO_IO_URING = join(PACKAGE_ROOT, 'native/build/no-io-uring.so');
/** Preloaded into programs of the engine `direct` (native/engines/direct/inside). */
export const DIRECT = join(PACKAGE_ROOT, 'native/build/direct.so');
/** See native/engines/criu/stubs. */
export const ENGINE_STAND_INS = ['libgnutls.so.30', 'libnftables.so.1'].map((name) =>
  join(PACKAGE_ROOT, 'native/build', name),
);
/** Where each copy's own mark is mounted (native/generation.h). */
export const MARK = join(PACKAGE_ROOT, 'native/build/mark');
/** Preloaded by `crac trace`, and an addon for trace-register.cjs. */
export const TRACE_NATIVE = join(PACKAGE_ROOT, 'native/build/trace.so');
export const TRACE_PRELOAD = join(PACKAGE_ROOT, 'dist/trace-register.cjs');
export const PRELOAD = join(PACKAGE_ROOT, 'dist/register.cjs');
export const CLI = join(PACKAGE_ROOT, 'dist/cli.js');
