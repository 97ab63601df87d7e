import { candidates, type FindOptions } from './candidates.ts';
import { engineDirectories, systemDirectories } from './directories.ts';
import { EngineNotFoundError } from './errors.ts';
import type { CriuInstall } from './install-record.ts';

export type { FindOptions } from './candidates.ts';
export { engineDirectories } from './directories.ts';
export type { CriuInstall } from './install-record.ts';

/** Tells whether the user named the engine: it is used whatever its version is. */
export const isExplicit = ({ origin }: CriuInstall): boolean =>
  origin === 'option' || origin === 'environment';

/**
 * Finds the engine to use. One that the user named is used even if it is not `suitable`: show its `reason` as a
 * warning. Else it is the first that can work on this kernel; for an installed one no process is started.
 * @throws EngineNotFoundError
 */
export async function findCriu(options: FindOptions = {}): Promise<CriuInstall> {
  const rejected: CriuInstall[] = [];
  for await (const candidate of candidates(options)) {
    if (candidate.suitable || (isExplicit(candidate) && candidate.version !== '')) return candidate;
    if (isExplicit(candidate)) {
      const named = candidate.origin === 'option' ? '--engine' : 'CRAC_CRIU_PATH';
      throw new EngineNotFoundError([candidate], [], `correct ${named} or leave it out; crac engine install`);
    }
    rejected.push(candidate);
  }
  throw new EngineNotFoundError(rejected, [
    ...engineDirectories(options.env),
    ...systemDirectories(options.env),
  ]);
}
