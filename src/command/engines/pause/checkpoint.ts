import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { CommandError, EXIT } from '../../base/command-error.ts';
import type { CheckpointResult } from '../../checkpoint/options.ts';
import { checkDestination } from '../../image/directory.ts';
import type { EngineCheckpoint } from '../engine.ts';
import { standInPlace } from '../portable/in-place.ts';
import { pause } from './engine.ts';
import { writePauseImage } from './image.ts';

/** Has the program stop in place, and writes the directory that `crac restore` wakes it by. */
export async function pauseProgram(asked: EngineCheckpoint): Promise<CheckpointResult> {
  const { options, image } = asked;
  const { record, by, leaveRunning, dryRun, printResources = false } = options;
  if (leaveRunning) {
    throw new CommandError(
      'the engine pause cannot leave the program running: the stopped process is the image. For hooks and checks only:\n' +
        `  crac checkpoint ${record.parent} --dry-run`,
      EXIT.usage,
    );
  }
  await checkDestination(image);
  let written = 0;
  const done = await standInPlace(
    asked,
    { op: 'checkpoint', engine: pause.name, by, image, leaveRunning, dryRun, printResources },
    'the program was started for another engine: start it with `crac run --engine pause`, or leave --engine out',
    async (pid, details) => {
      const paused = { id: randomUUID(), pid, parent: record.parent, record: record.directory };
      const labels = { ...record.labels, ...options.labels };
      const partial = `${image}.partial-${process.pid}`;
      try {
        await mkdir(partial, { mode: 0o700 });
        written = (await writePauseImage(partial, paused, details, image, labels)).size;
        await rm(image, { recursive: true, force: true });
        await rename(partial, image);
      } catch (error) {
        await rm(partial, { recursive: true, force: true });
        throw error;
      }
    },
  );
  return { kind: done?.kind ?? 'paused', image, size: written, frozen: 0 };
}
