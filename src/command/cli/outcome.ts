import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { formatBytes, formatDuration } from '../base/format.ts';
import type { CheckpointResult } from '../checkpoint/options.ts';

/** Describes in words for people what a checkpoint has come to. */
export function describeOutcome(
  record: ProgramRecord,
  { kind, image, size, frozen, engine }: CheckpointResult,
): string {
  switch (kind) {
    case 'dry-run':
      return 'the program can be checkpointed; nothing was written';
    case 'simulated':
      return `checkpoint of ${record.parent} simulated: hooks and checks passed, nothing was written`;
    case 'standing':
      return `program ${record.program} has let go and stands still: freeze it now. Afterwards, in each copy:\n  crac notify after-restore ${record.parent}`;
    case 'paused':
      return `program ${record.program} is paused in place; wake it with\n  crac restore ${image}`;
    default:
      return `checkpoint of ${record.parent} written to ${image}${engine ? ` by ${engine}` : ''}: ${formatBytes(size)}, stood still for ${formatDuration(frozen)}`;
  }
}
