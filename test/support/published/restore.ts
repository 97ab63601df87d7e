import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { restoreWith } from '../copies.ts';
import { CRAC, type Place, type Running } from '../crac.ts';
import type { Application } from './application.ts';

/**
 * The command that puts another directory under the name of the first, as a container or a volume of its own would be.
 */
const WITH_ANOTHER = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';

const other = (directory: string): string => `${directory}-2`;

/** Returns what each of the two has written into its own directory. */
export const ownFiles = (directory: string): [string, string] => [read(directory), read(other(directory))];

const read = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

/** Prepares what the second copy needs: a directory of its own, and variables. */
export function prepareSecond(place: Place, { own, other: variables }: Application): Record<string, string> {
  if (own) cpSync(own(place), other(own(place)), { recursive: true });
  return variables?.() ?? {};
}

/** Restores two copies side by side, the second on the next port. */
export function restoreBoth(
  place: Place,
  image: string,
  { own, port }: Application,
  env: Record<string, string>,
): Running[] {
  if (!own) return restoreWith(place, { image, port }, [{}, env]);
  const directory = own(place);
  const second = [CRAC, 'restore', image, '--listen', `${port}=${port + 1}`];
  return [
    place.start(CRAC, ['restore', image]),
    place.start('unshare', ['-m', 'sh', '-c', WITH_ANOTHER, 'sh', other(directory), directory, ...second], {
      env,
    }),
  ];
}
