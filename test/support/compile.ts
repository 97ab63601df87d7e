import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './crac.ts';

/** Builds an addon of test/fixtures/addon into `output`, with debugging information as a developer's build has. */
export function compileAddon(name: string, output: string, libraries: string[] = []): string {
  const headers = join(ROOT, 'node_modules/node-api-headers/include');
  const source = join(ROOT, 'test/fixtures/addon', `${name}.c`);
  execFileSync('cc', [
    '-shared',
    '-fPIC',
    '-g',
    '-O1',
    '-D_FORTIFY_SOURCE=2',
    '-I',
    headers,
    '-o',
    output,
    source,
    ...libraries,
  ]);
  return output;
}
