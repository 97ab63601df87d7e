import {
  CheckpointError,
  describeErrors,
  RestoreError,
  serializeError,
} from '../../../shared/errors/index.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import type { Participant } from './participant.ts';

/** The time in seconds for a member that goes on: its hooks have limits of their own, ten seconds each by default. */
const RESUME = 120;

/**
 * Has all members take hold again, those that stand still first: others may wait for an answer of theirs.
 * @param asker the process that has asked for the checkpoint, if it is one of them: it learns how that went
 * @param problems why there is no dump; none where none was wanted
 * @throws CommandError with these, and with what failed while they went on
 */
export async function goOn(
  members: readonly Participant[],
  asker: number | undefined,
  problems: Error[],
  tell: (each: Participant) => Promise<void>,
): Promise<void> {
  const afterwards: Error[] = [];
  const left = [...members].reverse().filter(({ isAsked, isOver }) => isAsked && !isOver);
  for (const each of left) if (each.isStopped) await tell(each);
  for (const each of left) {
    if (!each.isStopped) await tell(each);
    afterwards.push(...(await failedIn(each)));
  }
  members.find(({ pid }) => pid === asker)?.send({ op: 'outcome', errors: afterwards.map(serializeError) });
  fail(problems, afterwards);
}

async function failedIn(each: Participant): Promise<Error[]> {
  each.isOver = true;
  try {
    const said = await each.until(['resumed'], RESUME);
    return said ? each.errors(said.afterwards) : [];
  } catch (late) {
    return [late as Error];
  }
}

/** @throws CommandError unless there is nothing to report */
function fail(problems: Error[], afterwards: Error[]): void {
  if (problems.length > 0) {
    const error = new CheckpointError([...problems, ...afterwards]);
    const text = `the checkpoint failed; the program goes on\n${describeErrors(error)}`;
    throw new CommandError(text, EXIT.failed, { cause: error });
  }
  if (afterwards.length === 0) return;
  // This happens after a simulated checkpoint; after others it happens in a restored program.
  const error = new RestoreError(afterwards);
  throw new CommandError(describeErrors(error), EXIT.failed, { cause: error });
}
