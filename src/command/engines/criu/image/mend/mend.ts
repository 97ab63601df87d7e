import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cutConnections, withoutPackets } from './unix-connections.ts';
import { type Passing, withoutPassingWatches } from './watches.ts';

/**
 * Makes what the engine wrote fit for a restore elsewhere, from what the engine itself wrote.
 * @returns names of the unix connections that the restorer gives a closed end
 */
export function mendImage(directory: string, passing: Passing): string[] {
  const path = join(directory, 'files.img');
  const { image, names, ids } = cutConnections(readFileSync(path));
  writeFileSync(path, withoutPassingWatches(image, passing), { mode: 0o600 });
  const queues = join(directory, 'sk-queues.img');
  if (ids.size > 0 && existsSync(queues))
    writeFileSync(queues, withoutPackets(readFileSync(queues), ids), { mode: 0o600 });
  return names;
}
