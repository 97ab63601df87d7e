import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { CRAC, type Place } from './crac.ts';

/** Returns the path of the engine that the tests use, as `crac engine` tells it. */
export const criuPath = (): string =>
  process.env.CRAC_CRIU_PATH ??
  (JSON.parse(execFileSync(CRAC, ['engine', '--json'], { encoding: 'utf8' })) as { used: { path: string } })
    .used.path;

/**
 * Makes an engine that does what the shell lines say when it is asked to dump or to restore; `$CRIU` is the real one.
 */
export function engineThat(place: Place, action: 'dump' | 'restore', lines: string): string {
  const path = place.path(`engine-${action}`);
  const text = `#!/bin/bash\nCRIU='${criuPath()}'\nif [ "$1" != ${action} ]; then exec "$CRIU" "$@"; fi\n${lines}\n`;
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}
