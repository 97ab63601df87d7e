import type { ReadyDetails } from '../../../shared/protocol/messages.ts';
import type { ProgramRecord } from '../../../shared/protocol/record.ts';
import { CommandError } from '../../base/command-error.ts';
import { loadOwnAddon } from '../../base/load-addon.ts';
import type { Participant } from '../../checkpoint/company/participant.ts';
import { refuseLostProtections } from '../../checkpoint/protections.ts';
import type { Conversation } from './conversation.ts';
import { familyOf, type Member } from './family.ts';
import type { Mark } from './one-file.ts';
import { placeOf } from './place.ts';
import { NotWrittenError, refusal } from './refusal.ts';
import { type Shared, sharedOf } from './shared.ts';
import { EndedError } from './snapshot.ts';

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
export async function severalOf(
  record: ProgramRecord,
  participants: readonly Participant[],
  program: number,
  stdioTargets: ReadyDetails['stdioTargets'],
  conversationOf: (member: Member) => Conversation,
): Promise<Several> {
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
    const mark: Mark = ({ member, fd }) => conversationOf(member).mark(fd);
    return { members, shared: await sharedOf(members, stdioTargets, peers, mark) };
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw refusal((error as Error).message);
  }
}

/** Says in which process of several it was. */
const inMember =
  ({ number, name }: Member) =>
  (error: unknown): never => {
    if (number > 0 && error instanceof NotWrittenError) throw refusal(`${name}: ${error.reason}`);
    if (number > 0 && error instanceof EndedError) throw new EndedError(name);
    throw error;
  };

/** Gives the name of a process that the native part knows by its number. */
const naming =
  (members: readonly Member[]) =>
  (error: unknown): never => {
    if (!(error instanceof NotWrittenError)) throw error;
    const named = error.reason.replace(
      /^process (\d+),/,
      (text, pid) => `${members.find(({ inside }) => inside === Number(pid))?.name ?? text.slice(0, -1)},`,
    );
    throw refusal(named);
  };

/** Has several processes write themselves, side by side. */
export async function writeSeveral(
  { members, shared }: Several,
  partial: string,
  conversationOf: (member: Member) => Conversation,
): Promise<void> {
  const writers = members.map((member) => ({ member, conversation: conversationOf(member) }));
  for (const { member, conversation } of writers)
    await conversation
      .place(placeOf(member, members, shared))
      .catch(naming(members))
      .catch(inMember(member));
  const outcomes = await Promise.allSettled(
    writers.map(({ member, conversation }) => conversation.write(partial).catch(inMember(member))),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
