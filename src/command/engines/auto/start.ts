import { CommandError, EXIT } from '../../base/command-error.ts';
import { DIRECT, NO_IO_URING } from '../../base/paths.ts';
import type { Launch } from '../../start/launch.ts';
import { whyNotAlone } from '../alone.ts';
import { criu } from '../criu/engine.ts';
import { startInNamespaces } from '../criu/start.ts';
import { startAlone } from '../direct/start.ts';
import { auto } from './engine.ts';

/** Starts the program in criu's namespaces with direct's library; alone where there is no CRIU or no namespace. */
export function startForBoth(launch: Launch): never {
  const wrong = whyNotAlone();
  if (wrong !== undefined)
    throw new CommandError(`the engine direct ${wrong}; use --engine criu`, EXIT.engine);
  // What is taken by itself has been looked for already.
  const why = launch.engine.byDefault ? undefined : criu.whyAbsent?.(launch.environment);
  if (why !== undefined) return startAlone(launch, why);
  return startInNamespaces(launch, { name: auto.name, libraries: `${NO_IO_URING} ${DIRECT}` });
}
