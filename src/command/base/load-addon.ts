import { createRequire } from 'node:module';
import type { Addon } from '../../shared/addon.ts';
import { CommandError, EXIT } from './command-error.ts';
import { nativePartSays, whyNoNativePart } from './native-part.ts';
import { ADDON } from './paths.ts';

/**
 * Loads the addon for the command itself.
 * @throws CommandError with how to build it, where it cannot be used here
 */
export function loadOwnAddon(): Addon {
  const why = whyNoNativePart();
  if (why !== undefined) throw new CommandError(nativePartSays(why), EXIT.engine);
  try {
    return createRequire(import.meta.url)(ADDON) as Addon;
  } catch (cause) {
    // The addon is built for a newer C library, or for another one.
    throw new CommandError(nativePartSays((cause as Error).message), EXIT.engine, { cause });
  }
}
