import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeErrors, deserializeError } from '../../../shared/errors/index.ts';
import type { SerializedError } from '../../../shared/errors/json.ts';
import { pauseFiles } from '../../../shared/protocol/pause-files.ts';
import { isAlive } from '../../base/alive.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import type { GoOnRequest } from '../engine.ts';

/**
 * Tells a program that stands still that it goes on, here or in a copy of it, and waits for its hooks.
 *
 * @throws CommandError where it does not stand still, has ended, or its hooks failed
 */
export async function wake({ record, environment, timeout }: GoOnRequest): Promise<void> {
  const { paused, program, parent } = record;
  if (paused === undefined)
    throw new CommandError(
      `program ${parent} does not stand still, so it cannot be told that it goes on. First\n  crac notify before-checkpoint ${parent}`,
      EXIT.target,
    );
  const files = pauseFiles(paused);
  hand(files.wake, ['R', `D${record.directory}`, ...variables(environment)], parent);
  const until = timeout === 0 ? Number.POSITIVE_INFINITY : Date.now() + timeout * 1000;
  while (!existsSync(files.outcome)) {
    if (program !== undefined && !isAlive(program))
      throw new CommandError(
        `program ${program} ended before its afterRestore hooks had run. See its output for why`,
        EXIT.failed,
      );
    if (Date.now() > until)
      throw new CommandError(
        `program ${program} has not finished its afterRestore hooks within ${timeout} s; it goes on with them, see its output. \`--timeout\` waits longer`,
        EXIT.timeout,
      );
    await sleep(10);
  }
  const { error } = JSON.parse(readFileSync(files.outcome, 'utf8')) as { error?: SerializedError };
  if (error) throw new CommandError(describeErrors(deserializeError(error)), EXIT.failed);
}

const variables = (environment: Record<string, string>): string[] =>
  Object.entries(environment).map(([name, value]) => `E${name}=${value}`);

/** Hands the request over by a hard link: of two callers one gets the name, and the program never sees half a file. */
function hand(name: string, fields: string[], parent: number): void {
  const aside = `${name}-${process.pid}`;
  writeFileSync(aside, fields.join('\0'), { mode: 0o600 });
  try {
    linkSync(aside, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new CommandError(
      `program ${parent} has been told already that it goes on. Stop it anew before you tell it once more: crac notify before-checkpoint ${parent}`,
      EXIT.target,
    );
  } finally {
    rmSync(aside, { force: true });
  }
}
