import { filesAreComplete } from './complete.ts';
import { descriptorsHaveFiles, epollTargetsAreOpen, pidfdsAreInside } from './descriptors.ts';
import { Dumped } from './dumped.ts';
import { filesAreThere } from './files.ts';
import type { Problem, Surroundings } from './problem.ts';
import { passedDescriptorsAreThere, unixNamesCanBeBound, unixPeersAreThere } from './unix-sockets.ts';
import { watchesCanBeSet } from './watches.ts';

/**
 * Looks in what the engine wrote for every state that no restore can make, or on which one would wait for ever. Called
 * before the program is ended (docs/image-check.md has the rules, and where the engine's source says so).
 */
export function checkImage(directory: string, surroundings: Surroundings): Problem[] {
  let dumped: Dumped;
  try {
    dumped = new Dumped(directory);
  } catch (error) {
    return [unreadable(error as Error)];
  }
  const rules = [
    filesAreComplete,
    descriptorsHaveFiles,
    epollTargetsAreOpen,
    pidfdsAreInside,
    filesAreThere,
    watchesCanBeSet,
    unixPeersAreThere,
    unixNamesCanBeBound,
    passedDescriptorsAreThere,
  ];
  return rules.flatMap((rule) => {
    try {
      return rule(dumped, surroundings);
    } catch (error) {
      return [unreadable(error as Error)];
    }
  });
}

/** Reports a file that ends too early, or is missing: one of the states that are looked for. */
function unreadable(error: Error): Problem {
  if (!(error instanceof RangeError) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  return {
    what: `the engine's files are not whole: ${error.message}`,
    advice: 'Look at the disk for errors and room (df, dmesg) and make the checkpoint again',
  };
}
