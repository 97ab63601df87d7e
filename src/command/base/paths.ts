import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Finds the package's root: bundles stand in dist/ and dist/chunks/. */
function packageRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.endsWith('chunks') ? join(here, '../..') : join(here, '..');
}

export const PACKAGE_ROOT = packageRoot();
export const NATIVE = join(PACKAGE_ROOT, 'native/build/crac-native');
export const ADDON = join(PACKAGE_ROOT, 'native/build/addon.node');
export const NO_IO_URING = join(PACKAGE_ROOT, 'native/build/no-io-uring.so');
/** The library that is preloaded into programs of the engine `direct` (native/engines/direct/inside). */
export const DIRECT = join(PACKAGE_ROOT, 'native/build/direct.so');
/** Stub libraries for CRIU (native/engines/criu/stubs). */
export const STUB_LIBRARIES = ['libgnutls.so.30', 'libnftables.so.1'].map((name) =>
  join(PACKAGE_ROOT, 'native/build', name),
);
/** The file over which each copy's own generation page is mounted (native/generation.h). */
export const MARK = join(PACKAGE_ROOT, 'native/build/mark');
/** The library that `crac trace` preloads, which is also the addon of trace-register.cjs. */
export const TRACE_NATIVE = join(PACKAGE_ROOT, 'native/build/trace.so');
export const TRACE_PRELOAD = join(PACKAGE_ROOT, 'dist/trace-register.cjs');
export const PRELOAD = join(PACKAGE_ROOT, 'dist/register.cjs');
export const CLI = join(PACKAGE_ROOT, 'dist/cli.js');
