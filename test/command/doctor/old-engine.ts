import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { downloadWithApt } from '../../../src/command/engines/criu/install/apt-download.ts';
import { assemble } from '../../../src/command/engines/criu/install/assemble.ts';

/**
 * The CRIU of the machine's own suite, whatever its version is, in a prefix of its own with its libraries in `lib/`:
 * Debian 12 has 3.17, which is too old for current kernels.
 *
 * @returns the binary's path
 */
export async function distributionsEngine(directory: string): Promise<string> {
  const prefix = join(directory, 'old');
  mkdirSync(directory, { recursive: true });
  const { packages } = await downloadWithApt(join(directory, 'apt'), { minimum: '0', reason: '' }, () => {});
  await assemble(packages, join(directory, 'unpacked'), prefix, prefix);
  return join(prefix, 'bin/criu');
}
