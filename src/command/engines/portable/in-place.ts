import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serializeError } from '../../../shared/errors/index.ts';
import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import { isAlive } from '../../base/alive.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { type Answer, answerOf } from '../../checkpoint/answer.ts';
import type { Connection } from '../../checkpoint/connection.ts';
import type { EngineCheckpoint } from '../engine.ts';

type Done = Extract<Answer, { event: 'done' }>;
type Pausable = Extract<Answer, { event: 'pausable' }>;

/**
 * Has the program run its hooks and stand still where it is, for the engines that move nothing.
 *
 * @param otherEngine what to tell the user where the program answers for another engine
 * @param prepare called before the program stands still, for whatever must be there then; it undoes it if it throws
 * @returns the program's answer where hooks and checks were all that was asked for; undefined where it stands still
 * @throws CommandError with what failed; the program then goes on
 */
export async function standInPlace(
  { options, connection }: EngineCheckpoint,
  request: CheckpointRequest,
  otherEngine: string,
  prepare: (program: number, details: Pausable['details']) => void | Promise<void>,
): Promise<Done | undefined> {
  const { directory, program } = options.record;
  connection.send(request);
  const answer = await answerOf(connection, options);
  if (answer.event === 'done') return answer;
  if (answer.event !== 'pausable' || program === undefined) throw new CommandError(otherEngine, EXIT.failed);
  try {
    await prepare(program, answer.details);
    connection.send({ op: 'go' });
    await stopped(connection, directory, program);
  } catch (error) {
    connection.send({ op: 'refuse', error: serializeError(error as Error) });
    throw error;
  }
  return undefined;
}

/** Waits until the program notes in its record that it stands still: the last thing that it does. */
async function stopped(connection: Connection, record: string, pid: number): Promise<void> {
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
