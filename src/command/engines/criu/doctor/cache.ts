import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runtimeDirectory } from '../../../base/runtime-directory.ts';
import { type Finding, limit, ok } from '../../../doctor/finding.ts';
import type { Machine } from '../../../doctor/machine.ts';
import { mountOf } from '../../../doctor/proc.ts';
import { describeEngine } from '../install/describe.ts';
import { warmKdat } from '../install/kdat.ts';

/**
 * Checks the cache: CRIU writes its own to a tmpfs only; ours can lie anywhere
 * (src/command/engines/criu/install/kdat.ts).
 */
export async function checkCache({ uid }: Machine): Promise<Finding> {
  const { used } = await describeEngine();
  const why = 'the engine probes the kernel for some 25 ms at each start unless it finds what it knew before';
  const path = join(runtimeDirectory(), 'criu.kdat');
  const run = mountOf('/run')?.type ?? 'unknown';
  const own =
    run === 'tmpfs'
      ? '/run is a tmpfs'
      : `/run is no tmpfs (${run}), where the engine would keep none by itself`;
  if (existsSync(`${path}.key`))
    return ok('place.engine-cache', `${path}; ${own}`, why, { affects: ['restore'] });
  return limit('place.engine-cache', `there is none; ${uid === 0 ? own : 'a user has none by itself'}`, why, {
    affects: ['restore'],
    mend: ['crac engine install --if-needed   # or the first checkpoint makes it'],
    ...(used && {
      fix: {
        say: `making the engine's cache of what this kernel can do: ${path}`,
        run: () => warmKdat(used),
      },
    }),
  });
}
