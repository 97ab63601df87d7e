import { existsSync } from 'node:fs';
import { ENGINE_STAND_INS } from '../../../base/paths.ts';
import { run } from './run.ts';

/**
 * Small libraries in place of those that CRIU is linked with and a restore does not use (native/engines/criu/stubs): CRIU starts
 * in half the time. Each has the name (DT_SONAME) of the one that it stands in for, so that the dynamic linker, which
 * has it preloaded, looks for no other.
 *
 * @returns their paths; none where this CRIU does not start with them without a word, as one that needs newer versions
 */
export async function standIns(criu: string): Promise<string[]> {
  // LD_PRELOAD is a list with these between.
  const there = ENGINE_STAND_INS.filter((path) => existsSync(path) && !/[\s:]/.test(path));
  if (there.length === 0) return [];
  try {
    const { stdout, stderr } = await run('env', [`LD_PRELOAD=${there.join(':')}`, criu, '--version']);
    return stdout.startsWith('Version') && stderr === '' ? there : [];
  } catch {
    return []; // the restore starts CRIU as it is
  }
}
