import { CommandError } from '../base/command-error.ts';
import { ENGINES } from '../engines/registry.ts';
import { checkDestination, checkWritable, tryToWrite } from '../image/directory.ts';
import { inspectImage } from '../image/inspect.ts';
import type { CpuLevel } from '../machine/cpu-features.ts';
import type { MachineFacts } from '../machine/facts.ts';
import { Cancellation } from './cancellation.ts';
import type { BuildContext } from './context.ts';
import { type Made, makeImage } from './make.ts';
import type { BuildOptions } from './options.ts';
import { ownCheckpointEnds } from './own-checkpoint.ts';
import { BuildPlace } from './place.ts';
import { Program } from './program.ts';
import type { Progress } from './progress.ts';
import { type Trial, tryImage } from './trial.ts';
import { type Copies, compareCopies } from './two-copies.ts';

export interface BuildResult extends Made, Trial {
  copies: Copies;
  image: string;
  /** The size in bytes. */
  size: number;
  /** The level of the CPU that was asked for, and what the image asks of a machine. */
  cpu: CpuLevel;
  machine: MachineFacts | undefined;
}

/**
 * Takes an application to an image that has been tried. Whatever happens, nothing that was started is left running, and
 * there is an image under its name only when all of it went well.
 * @throws CommandError with what failed and what to do
 */
export async function build(options: BuildOptions, progress: Progress): Promise<BuildResult> {
  await checkDestination(options.image);
  await checkWritable(options.image);
  await tryToWrite(options.image);
  // Rather now than after the warm-up.
  await ENGINES[options.engine.name].check?.(options.engine.settings);
  const cancellation = new Cancellation();
  const place = new BuildPlace(options.image);
  const context: BuildContext = { options, place, progress, signal: cancellation.signal };
  try {
    await place.clear();
    const made = await makeFrom(context);
    const { trial, copies } = await tried(context, made);
    progress.now('putting the image under its name');
    await place.publish();
    const { manifest } = await inspectImage(options.image);
    const { size, machine } = manifest;
    return { ...made, ...trial, copies, image: options.image, size, cpu: options.cpu, machine };
  } finally {
    progress.clear();
    await place.remove();
    cancellation.end();
  }
}

async function makeFrom(context: BuildContext): Promise<Made> {
  const { options, place, progress } = context;
  progress.begin('start', 'starting the program');
  const program = Program.run(['--image', place.untried, ...options.runArguments]);
  if (options.output) program.output.follow(options.output);
  try {
    return await makeImage(context, program);
  } finally {
    await ownCheckpointEnds(place);
    await program.stop();
  }
}

async function tried(context: BuildContext, made: Made): Promise<{ trial: Trial; copies: Copies }> {
  const { options, place, signal } = context;
  try {
    const trial = await tryImage(context, made);
    return { trial, copies: await compareCopies(context, made, trial) };
  } catch (error) {
    if (signal.aborted || !options.keep || !(error instanceof CommandError)) throw error;
    await place.keep();
    throw new CommandError(
      `${error.message}\nthe image was kept for a closer look: crac restore ${place.failed}`,
      error.exitCode,
      { cause: error },
    );
  }
}
