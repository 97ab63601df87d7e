import { existsSync } from 'node:fs';
import { STUB_LIBRARIES } from '../../../base/paths.ts';
import { run } from '../../../base/run.ts';

/**
 * Finds the stub libraries: small ones in place of those that CRIU is linked with and a restore does not use
 * (native/engines/criu/stubs), with which CRIU starts in half the time. Each has the name (DT_SONAME) of the library
 * that it replaces, so that the dynamic linker, which has it preloaded, looks for no other.
 *
 * @returns their paths; none where this CRIU does not start with them without a word, as one that needs newer versions
 */
export async function stubLibraries(criu: string): Promise<string[]> {
  // LD_PRELOAD is a list with these between.
  const there = STUB_LIBRARIES.filter((path) => existsSync(path) && !/[\s:]/.test(path));
  if (there.length === 0) return [];
  try {
    const { stdout, stderr } = await run('env', [`LD_PRELOAD=${there.join(':')}`, criu, '--version']);
    return stdout.startsWith('Version') && stderr === '' ? there : [];
  } catch {
    return []; // the restore starts CRIU as it is
  }
}
