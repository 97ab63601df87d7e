import { CommandError, EXIT } from '../../base/command-error.ts';
import type { CheckpointResult } from '../../checkpoint/options.ts';
import type { EngineCheckpoint } from '../engine.ts';
import { standInPlace } from '../portable/in-place.ts';
import { platform } from './engine.ts';

/** Has the program let go of everything and stand still, for whoever freezes it next. */
export async function letGo(asked: EngineCheckpoint): Promise<CheckpointResult> {
  const { options } = asked;
  const { record, by, leaveRunning, dryRun, printResources = false } = options;
  if (leaveRunning)
    throw new CommandError(
      `with the engine platform nothing is written, so there is nothing to leave running. For hooks and checks only:\n  crac checkpoint ${record.parent} --dry-run`,
      EXIT.usage,
    );
  const started = performance.now();
  let ready: number | undefined;
  const done = await standInPlace(
    asked,
    {
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
    },
    'the program answers for another engine; use the `crac` that it was started with',
    () => {
      ready = performance.now();
    },
  );
  const frozen = (ready ?? performance.now()) - started;
  return { kind: done?.kind ?? 'standing', image: '', size: 0, frozen };
}
