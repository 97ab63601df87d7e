import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeErrors, deserializeError } from '../../../shared/errors/index.ts';
import type { SerializedError } from '../../../shared/errors/json.ts';
import { type Paused, pauseFiles } from '../../../shared/protocol/pause-files.ts';
import { isAlive } from '../../base/alive.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import type { RestoreRequest } from '../engine.ts';

/**
 * Wakes a program that the engine `pause` has stopped, and waits until its afterRestore hooks have run.
 *
 * @throws CommandError the program has been woken before or has ended, does not answer, or its hooks failed
 */
export async function wake(options: RestoreRequest): Promise<Paused> {
  const { image, timeout } = options;
  const files = pauseFiles(image);
  const paused = JSON.parse(readFileSync(files.paused, 'utf8')) as Paused;
  refuseIfWoken(image, paused);
  refuseIfEnded(image, paused);
  hand(options, paused);
  const until = timeout === 0 ? Number.POSITIVE_INFINITY : Date.now() + timeout * 1000;
  while (!existsSync(files.outcome)) {
    refuseIfEnded(image, paused);
    if (Date.now() > until) {
      throw new CommandError(
        `program ${paused.pid} has not finished its afterRestore hooks within ${timeout} s; it goes on with them, see its output. \`--timeout\` waits longer`,
        EXIT.timeout,
      );
    }
    await sleep(10);
  }
  const { error } = JSON.parse(readFileSync(files.outcome, 'utf8')) as { error?: SerializedError };
  if (error) throw new CommandError(describeErrors(deserializeError(error)), EXIT.failed);
  return paused;
}

/** Hands the request over by a hard link: of two wakers one gets the name, and the program never sees half a file. */
function hand({ image, cwd, environment, args }: RestoreRequest, paused: Paused): void {
  const { wake: name } = pauseFiles(image);
  const fields = ['R', `D${paused.record}`, `C${cwd}`];
  for (const [key, value] of Object.entries(environment)) fields.push(`E${key}=${value}`);
  if (args) fields.push('N', ...args.map((word) => `A${word}`));
  const aside = `${name}-${process.pid}`;
  writeFileSync(aside, fields.map((field) => `${field}\0`).join(''), { mode: 0o600 });
  try {
    linkSync(aside, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw wokenAlready(image, paused);
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

const wokenAlready = (image: string, { pid, parent }: Paused) =>
  new CommandError(
    `${image} has been woken already: the engine pause has one process, which is program ${pid} itself (under \`crac run\`, PID ${parent}). Stop it again with\n  crac checkpoint ${parent}`,
    EXIT.image,
  );

function refuseIfWoken(image: string, paused: Paused): void {
  const { wake: asked, woken } = pauseFiles(image);
  if (existsSync(woken) || existsSync(asked)) {
    refuseIfEnded(image, paused);
    throw wokenAlready(image, paused);
  }
}

function refuseIfEnded(image: string, { pid }: Paused): void {
  if (isAlive(pid)) return;
  throw new CommandError(
    `program ${pid}, which ${image} stands for, has ended: with the engine pause the process itself is the image, and nothing else was kept. Start it anew with\n  crac run --engine pause --image ${image} app.js`,
    EXIT.image,
  );
}
