import { describeErrors, deserializeError, RestoreError } from '../../shared/errors/index.ts';
import type { ProgramMessage } from '../../shared/protocol/messages.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import type { Connection } from './connection.ts';
import type { CheckpointOptions } from './options.ts';

/** The answer of a program to a request for a checkpoint. */
export type Answer = Extract<ProgramMessage, { event: 'ready' | 'pausable' | 'done' }>;

/**
 * Waits until the program has gone through its hooks.
 *
 * @throws CommandError with everything that failed in the program, or when the program has ended
 */
export async function answerOf(
  connection: Connection,
  {
    progress,
    note,
    census,
    randomness,
  }: Partial<Pick<CheckpointOptions, 'progress' | 'note' | 'census' | 'randomness'>> = {},
): Promise<Answer> {
  for (;;) {
    const message = await connection.next();
    if (message === undefined)
      throw new CommandError(
        'the program ended before it could be checkpointed; its own output says why.\nStart it again with `crac run`',
        EXIT.failed,
      );
    if (message.event === 'progress') progress?.(message.text);
    if (message.event === 'note') note?.(message.text);
    if (message.event === 'randomness') randomness?.(message.rows);
    if (message.event === 'census') census?.(message.descriptors);
    if (message.event === 'ready' || message.event === 'pausable' || message.event === 'done') return message;
    if (message.event === 'failed') throw failureOf(message);
  }
}

/** Waits until the program closes its socket, the last thing it does before the dump. @throws CommandError if it cannot */
export async function standsStill(connection: Connection): Promise<void> {
  for (;;) {
    const message = await connection.next();
    if (message === undefined) return;
    if (message.event === 'failed') throw failureOf(message);
  }
}

function failureOf(message: Extract<ProgramMessage, { event: 'failed' }>): CommandError {
  const error = deserializeError(message.error);
  // This happens after a simulated checkpoint; after others it happens in a restored program.
  const summary = error instanceof RestoreError ? '' : 'the checkpoint failed; the program goes on\n';
  return new CommandError(`${summary}${describeErrors(error)}`, EXIT.failed, { cause: error });
}
