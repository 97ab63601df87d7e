import type { ReadyDetails } from '../../../shared/protocol/messages.ts';
import type { ProgramRecord } from '../../../shared/protocol/record.ts';
import { loadOwnAddon } from '../../base/load-addon.ts';
import type { Participant } from '../../checkpoint/company/participant.ts';
import { refuseLostProtections } from '../../checkpoint/protections.ts';
import type { Conversation } from './conversation.ts';
import { familyOf, type Member } from './family.ts';
import { placeOf } from './place.ts';
import { NotWrittenError, refusal } from './refusal.ts';
import { type Shared, sharedOf } from './shared.ts';

/** The processes of a program that has children, in the order of its image, and what leads from one to another. */
export interface Several {
  members: Member[];
  shared: Shared;
}

/**
 * Looks at processes that stand still.
 * @param program the first one's PID as seen from here
 * @throws NotWrittenError where they cannot be written
 */
export function severalOf(
  record: ProgramRecord,
  participants: readonly Participant[],
  program: number,
  stdioTargets: ReadyDetails['stdioTargets'],
): Several {
  try {
    const members = familyOf(record, participants);
    refuseLostProtections(
      program,
      members.map(({ pid }) => pid),
    );
    const flat = loadOwnAddon().unixPeers();
    const peers = new Map(
      flat.flatMap((inode, index) => (index % 2 ? [] : [[inode, flat[index + 1] as number]])),
    );
    return { members, shared: sharedOf(members, stdioTargets, peers) };
  } catch (error) {
    throw refusal((error as Error).message);
  }
}

/** Says in which process of several it was. */
const inMember =
  ({ number, name }: Member) =>
  (error: unknown): never => {
    if (number > 0 && error instanceof NotWrittenError) throw refusal(`${name}: ${error.reason}`);
    throw error;
  };

/** Has several processes write themselves, side by side. */
export async function writeSeveral(
  { members, shared }: Several,
  partial: string,
  conversationOf: (member: Member) => Conversation,
): Promise<void> {
  const writers = members.map((member) => ({ member, conversation: conversationOf(member) }));
  for (const { member, conversation } of writers)
    await conversation.place(placeOf(member, members, shared)).catch(inMember(member));
  const outcomes = await Promise.allSettled(
    writers.map(({ member, conversation }) => conversation.write(partial).catch(inMember(member))),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
