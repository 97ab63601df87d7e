import type { SerializedDescriptor } from '../../../shared/protocol/messages.ts';
import type { CheckpointOptions } from '../options.ts';
import { joinedNotes } from './notes.ts';
import type { Participant } from './participant.ts';

/** Tells the user what the members have said, when all have said what they have to say. */
export function tell(
  program: Participant,
  members: readonly Participant[],
  options: Pick<CheckpointOptions, 'note' | 'census' | 'randomness'>,
): void {
  for (const note of joinedNotes(members)) options.note(note);
  for (const { gathered } of members) gathered.notes = [];
  const ordered = [program, ...members.filter(({ isProgram }) => !isProgram).reverse()];
  const rows: SerializedDescriptor[] = ordered.flatMap(({ gathered }) => gathered.descriptors);
  if (rows.length > 0) options.census?.(rows);
  const randomness = ordered.flatMap(({ gathered }) => gathered.randomness);
  if (randomness.length > 0) options.randomness?.(randomness);
  for (const { gathered } of ordered) Object.assign(gathered, { descriptors: [], randomness: [] });
}
