import { sep } from 'node:path';
import { KNOWN } from './known.ts';

/** Libraries that make a name of host and PID for this process and keep it → what each calls the name. */
const NAMES: Readonly<Record<string, string>> = {
  '@temporalio/client': 'its identity (`identity`)',
  '@temporalio/worker': 'its identity (`identity`)',
  bunyan: 'a field of its log lines (`pid`)',
  moleculer: 'its node id (`nodeID`)',
  'node-resque': 'the name of its workers (`name`)',
  seneca: 'its instance id (`id$`, `tag`)',
  uniqid: 'a part of its ids',
  'write-file-atomic': 'the name of its temporary files',
};

const MODULES = `${sep}node_modules${sep}`;

/**
 * Returns a note for each library that the program has loaded and no adapter looks after: all copies have the same
 * name.
 */
export function pidNames(): string[] {
  const { _cache } = require('node:module') as unknown as { _cache: Record<string, unknown> };
  const found = new Set<string>();
  for (const path of Object.keys(_cache)) {
    const start = path.lastIndexOf(MODULES);
    if (start < 0) continue;
    const [scope = '', name = ''] = path.slice(start + MODULES.length).split(sep, 2);
    found.add(scope.startsWith('@') ? `${scope}/${name}` : scope);
  }
  return [...found]
    .filter((name) => Object.hasOwn(NAMES, name) && !Object.hasOwn(KNOWN, name))
    .sort()
    .map(
      (name) =>
        `${name} makes ${NAMES[name]} of host and PID, which all copies have alike: give it one of its own in afterRestore, or start it there, after \`crac restore --pid-alias random\` (docs/uniqueness.md)`,
    );
}
