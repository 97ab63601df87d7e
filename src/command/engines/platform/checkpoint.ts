import { serializeError } from '../../../shared/errors/index.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { answerOf } from '../../checkpoint/answer.ts';
import type { CheckpointResult } from '../../checkpoint/options.ts';
import type { EngineCheckpoint } from '../engine.ts';
import { stopped } from '../pause/checkpoint.ts';
import { platform } from './engine.ts';

/** Has the program let go of everything and stand still, for whoever freezes it next. */
export async function letGo({ options, connection }: EngineCheckpoint): Promise<CheckpointResult> {
  const { record, by, leaveRunning, dryRun, printResources = false } = options;
  if (leaveRunning)
    throw new CommandError(
      `with the engine platform nothing is written, so there is nothing to leave running. For hooks and checks only:\n  crac checkpoint ${record.parent} --dry-run`,
      EXIT.usage,
    );
  const started = performance.now();
  connection.send({
    op: 'checkpoint',
    engine: platform.name,
    by,
    image: '',
    leaveRunning,
    dryRun,
    printResources,
    strict: options.strict ?? record.strict,
    ...(options.wait !== undefined && { wait: options.wait }),
    ...(options.collect && { collect: options.collect }),
  });
  const answer = await answerOf(connection, options);
  const frozen = performance.now() - started;
  if (answer.event === 'done') return { kind: answer.kind, image: '', size: 0, frozen };
  if (answer.event !== 'pausable' || record.program === undefined)
    throw new CommandError(
      'the program answers for another engine; use the `crac` that it was started with',
      EXIT.failed,
    );
  try {
    connection.send({ op: 'go' });
    await stopped(connection, record.directory, record.program);
    return { kind: 'standing', image: '', size: 0, frozen };
  } catch (error) {
    connection.send({ op: 'refuse', error: serializeError(error as Error) });
    throw error;
  }
}
