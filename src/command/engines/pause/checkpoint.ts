import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serializeError } from '../../../shared/errors/index.ts';
import { isAlive } from '../../base/alive.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { answerOf } from '../../checkpoint/answer.ts';
import type { Connection } from '../../checkpoint/connection.ts';
import type { CheckpointResult } from '../../checkpoint/options.ts';
import { checkDestination } from '../../image/directory.ts';
import type { EngineCheckpoint } from '../engine.ts';
import { pause } from './engine.ts';
import { writePauseImage } from './image.ts';

/** Has the program stop in place, and writes the directory that `crac restore` wakes it by. */
export async function pauseProgram({
  options,
  image,
  connection,
}: EngineCheckpoint): Promise<CheckpointResult> {
  const { record, by, leaveRunning, dryRun, printResources = false } = options;
  if (leaveRunning) {
    throw new CommandError(
      'the engine pause cannot leave the program running: the stopped process is the image. For hooks and checks only:\n' +
        `  crac checkpoint ${record.parent} --dry-run`,
      EXIT.usage,
    );
  }
  await checkDestination(image);
  connection.send({ op: 'checkpoint', engine: pause.name, by, image, leaveRunning, dryRun, printResources });
  const answer = await answerOf(connection, options);
  if (answer.event === 'done') return { kind: answer.kind, image, size: 0, frozen: 0 };
  if (answer.event !== 'pausable' || record.program === undefined)
    throw new CommandError(
      'the program was started for another engine: start it with `crac run --engine pause`, or leave --engine out',
      EXIT.failed,
    );
  const program = record.program;
  const paused = { id: randomUUID(), pid: program, parent: record.parent, record: record.directory };
  const partial = `${image}.partial-${process.pid}`;
  try {
    await mkdir(partial, { mode: 0o700 });
    const { size } = await writePauseImage(partial, paused, answer.details, image, {
      ...options.record.labels,
      ...options.labels,
    });
    await rm(image, { recursive: true, force: true });
    await rename(partial, image);
    connection.send({ op: 'go' });
    await stopped(connection, record.directory, program);
    return { kind: 'paused', image, size, frozen: 0 };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    connection.send({ op: 'refuse', error: serializeError(error as Error) });
    throw error;
  }
}

/** Waits until the program notes in its record that it stands still: the last thing that it does. */
export async function stopped(connection: Connection, record: string, pid: number): Promise<void> {
  let failure: CommandError | undefined;
  const watched = answerOf(connection).catch((error: CommandError) => {
    failure = error;
  });
  while (!existsSync(join(record, 'paused'))) {
    if (!isAlive(pid))
      throw new CommandError(
        'the program ended before it stood still; its own output says why.\nStart it again with `crac run`',
        EXIT.failed,
      );
    const closed = await Promise.race([watched.then(() => true), sleep(10, false)]);
    if (closed && !existsSync(join(record, 'paused')) && failure) throw failure;
  }
}
