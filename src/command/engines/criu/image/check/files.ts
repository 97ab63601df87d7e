import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { keptIds, mappedIds } from '../mapped-files.ts';
import { bytesField, numberField } from '../wire.ts';
import { KIND } from './dumped.ts';
import { isThere, type Problem, type Rule } from './problem.ts';

const REGULAR = { name: 6, size: 8, external: 9 };

/** Tells whether a path is a place that the kernel fills anew each time it is read. */
const madeUp = (path: string): boolean => /^\/(?:proc|sys|dev)\//.test(path);

/**
 * The rule that files that are open, mapped or stood in are where the engine says: what was deleted before the dump is
 * in the image, what was deleted or replaced since is not.
 */
export const filesAreThere: Rule = (dumped, { root, isPassing, given }) => {
  const kept = keptIds(dumped.directory);
  const mapped = mappedIds(dumped.directory);
  return dumped.ofKind(KIND.regular).flatMap(({ id, facts }): Problem[] => {
    const path = String(bytesField(facts, REGULAR.name)?.value ?? '');
    if (kept.has(id) || given.has(path.slice(1)) || numberField(facts, REGULAR.external)) return [];
    if (!path.startsWith('/') || path === '/' || madeUp(path)) return [];
    const holder = dumped.holder(id);
    if (isPassing(path))
      return [
        {
          holder,
          what: `${path} is open: it belongs to the image that is being made`,
          advice:
            'Let the program leave the directory of its image alone, or put the image elsewhere (--image)',
          passing: true,
        },
      ];
    if (!isThere(root + path)) return [lost(path, root, holder)];
    const size = numberField(facts, REGULAR.size);
    return mapped.has(id) && size !== undefined ? changed(path, root, size, holder) : [];
  });
};

function changed(path: string, root: string, size: number, holder: Problem['holder']): Problem[] {
  const now = statSync(root + path, { throwIfNoEntry: false });
  if (!now?.isFile() || now.size === size) return [];
  return [
    {
      holder,
      what: `${path}, which is mapped, changed its size from ${size} to ${now.size} bytes meanwhile`,
      advice: 'Make the checkpoint when nothing is being installed, built or rotated',
      passing: true,
    },
  ];
}

function lost(path: string, root: string, holder: Problem['holder']): Problem {
  const directory = dirname(path);
  const whole = isThere(root + directory);
  return {
    holder,
    what: `${path} is open and was removed during the checkpoint${whole ? '' : `, with ${directory}`}`,
    advice: 'Make the checkpoint when nothing removes it, or close it in beforeCheckpoint',
    passing: true,
  };
}
