import type { Participant } from './participant.ts';

/** Joins the notes of the members: what several processes say is said once; what a child says, with its name. */
export function joinedNotes(members: readonly Participant[]): string[] {
  const said = new Map<string, Participant[]>();
  for (const member of [...members].reverse()) {
    for (const note of member.gathered.notes) said.set(note, [...(said.get(note) ?? []), member]);
  }
  return [...said].map(([note, [first, ...others]]) => {
    if (first === undefined || first.isProgram || note.includes(first.name)) return note;
    return `${first.name}${others.length > 0 ? ` and ${others.length} more` : ''}: ${note}`;
  });
}
