import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EXIT } from '../base/command-error.ts';
import { CLI, NATIVE } from '../base/paths.ts';
import { makeRuntimeDirectory } from '../base/runtime-directory.ts';
import { engineLogs } from '../engines/registry.ts';
import { type Command, Watched } from './watched.ts';

/** The outcome of a try: how long it took, or what was said instead. */
export type Outcome =
  | { works: true; milliseconds: number }
  | { works: false; said: string }
  | { works: undefined; said?: string };

export interface Trial {
  checkpoint: Outcome;
  restore: Outcome;
}

export interface TrialOptions {
  /** The directory below which the trial's own is made; default: the one for temporary files. */
  place?: string | undefined;
  /** The engine. */
  engine: string;
  keep?: string | undefined;
  from?: string | undefined;
  /** The time in seconds that each command may take. */
  seconds: number;
}

/** A program that says the word it was given, all the time: a restored one can only have it from its memory. */
const PROGRAM = "const word = process.argv[2];\nsetInterval(() => process.stdout.write(word + '\\n'), 5);\n";

/**
 * Returns an environment without what could change the trial: it is about this machine, not about settings for another
 * program.
 */
function environment(): NodeJS.ProcessEnv {
  const { CRAC_IMAGE: _, CRAC_POLICIES: __, CRAC_ENGINE: ___, NODE_OPTIONS: ____, ...rest } = process.env;
  return rest;
}

/** Tells whether a command was ended for its time: it may work all the same, on a machine that is slow or busy. */
function late(command: Command, code: number | null, { seconds }: Watched): Outcome | undefined {
  if (!command.isLate() && code !== EXIT.timeout) return undefined;
  const said = `not done after ${seconds} s, and ended; where the machine is only slow, give it longer:\n  crac doctor --timeout ${seconds * 2}`;
  return { works: undefined, said };
}

/** Makes, dumps and restores a tiny program, with the commands that everybody uses. */
export async function tryOut({
  place = tmpdir(),
  engine,
  keep,
  from,
  seconds,
}: TrialOptions): Promise<Trial> {
  if (from !== undefined)
    return { checkpoint: { works: undefined }, restore: await restoreKept(resolve(from), seconds) };
  const watched = new Watched(seconds);
  const directory = await makeDirectory(place, keep, watched).catch((error: NodeJS.ErrnoException) => error);
  if (typeof directory !== 'string') {
    watched.close();
    return { checkpoint: { works: false, said: directory.message }, restore: { works: undefined } };
  }
  try {
    const checkpoint = await makeImage(directory, watched, engine);
    if (checkpoint.works !== true) return { checkpoint, restore: { works: undefined } };
    return { checkpoint, restore: await restoreImage(directory, watched) };
  } finally {
    watched.close();
    if (!keep) await rm(directory, { recursive: true, force: true });
  }
}

async function makeDirectory(place: string, keep: string | undefined, watched: Watched): Promise<string> {
  if (keep === undefined) return watched.makeDirectory(join(place, 'crac-doctor-'));
  await mkdir(resolve(keep), { recursive: true });
  return resolve(keep);
}

const imageIn = (directory: string): string => join(directory, 'image');

async function makeImage(directory: string, watched: Watched, engine: string): Promise<Outcome> {
  const [script, image] = [join(directory, 'program.cjs'), imageIn(directory)];
  const word = randomUUID();
  await writeFile(script, PROGRAM);
  await writeFile(join(directory, 'word'), word);
  await rm(image, { recursive: true, force: true });
  const run = watched.start(
    process.execPath,
    [CLI, 'run', '--engine', engine, '--image', image, '--', script, word],
    environment(),
  );
  if (!(await run.says(word)))
    return late(run, null, watched) ?? { works: false, said: run.stderr() || 'the program did not start' };
  const started = performance.now();
  const checkpoint = watched.start(
    process.execPath,
    [CLI, 'checkpoint', image, '--timeout', String(watched.seconds)],
    environment(),
  );
  const code = await checkpoint.end();
  const milliseconds = performance.now() - started;
  if (code === 0) return { works: true, milliseconds };
  const slow = late(checkpoint, code, watched);
  if (slow) return slow;
  return { works: false, said: await keepLog(checkpoint.stderr(), image) };
}

/** Keeps the log that the message names: the directory is about to be removed. */
async function keepLog(said: string, image: string): Promise<string> {
  try {
    const name = engineLogs().find((one) => existsSync(join(image, one)));
    if (name === undefined) return said; // the engine did not come so far
    const kept = join(makeRuntimeDirectory(), `doctor-${name}`);
    await copyFile(join(image, name), kept);
    return said.replaceAll(join(image, name), kept);
  } catch {
    return said; // there is no place, which is a finding of its own
  }
}

async function restoreImage(directory: string, watched: Watched): Promise<Outcome> {
  const word = await readFile(join(directory, 'word'), 'utf8');
  const started = performance.now();
  const restore = watched.start(
    NATIVE,
    ['restore', imageIn(directory), '--timeout', String(watched.seconds)],
    environment(),
  );
  const spoke = await restore.says(word);
  const milliseconds = performance.now() - started;
  if (!spoke) {
    const slow = late(restore, await restore.end(), watched);
    return slow ?? { works: false, said: restore.stderr() || 'the restored program says nothing' };
  }
  await restore.stop();
  return { works: true, milliseconds };
}

async function restoreKept(directory: string, seconds: number): Promise<Outcome> {
  const watched = new Watched(seconds);
  try {
    return await restoreImage(directory, watched);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const said = `there is no trial in ${directory}; make one where a checkpoint works:\n  crac doctor --keep-trial ${directory}`;
    return { works: false, said };
  } finally {
    watched.close();
  }
}
