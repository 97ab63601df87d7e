import { randomUUID } from 'node:crypto';
import { CheckpointError } from '../../../shared/errors/index.ts';
import { HELD, type Company as Known } from '../../../shared/protocol/messages.ts';
import type { Company, Write } from './company.ts';
import type { Participant } from './participant.ts';

/** The time in seconds to find a quiet moment, beside `--wait`: members give up by themselves before. */
const QUIET = 60;
/** The time in seconds to stop where one is. */
const HOLD = 10;
/** The time in seconds for both in a program that is alone, beside `--wait`: its own limits come before. */
const ALONE = 120;
/** The time in seconds for the last words before the dump. */
const LAST = 30;

/**
 * Makes all members stand still, or none: they wait for a moment in which nothing is in flight in any of them, all
 * stop, and only when all have stopped each lets go of its connections; the program's first process last.
 * @param asker PID of the member that asked for it
 * @throws what keeps one of them from it; others may be stopped then
 */
export async function standStill(company: Company, asker: number | undefined, write: Write): Promise<void> {
  const told = new Set<Participant>();
  const tell = () => {
    const all = knownTo(company, asker);
    for (const each of company.members) if (!told.has(each)) each.send({ op: 'go', company: all });
    for (const each of company.members) told.add(each);
  };
  tell();
  if (company.members.length === 1) return stands(company.program, ALONE + company.wait);
  for (;;) {
    for (const each of company.members) await company.next(each, ['quiet'], QUIET + company.wait);
    const fresh = await company.newcomers();
    if (fresh.length > 0) {
      for (const each of told) each.send({ op: 'again' });
      await join(company, fresh);
      tell();
    } else if (await hold(company, write)) {
      // A process that was born in the last moment would be dumped in the middle of its start.
      if (company.isComplete) break;
      await again(company, write);
    }
  }
  for (const each of company.members) {
    await write(each, HELD.on);
    await stands(each, LAST);
  }
}

const knownTo = (company: Company, asker: number | undefined): Known => ({
  id: randomUUID(),
  members: [...company.members].reverse().map(({ pid }) => pid),
  collector: asker ?? company.program.pid,
  environment: company.details.environment ?? {},
  cwd: company.details.cwd ?? '',
});

async function join(company: Company, fresh: Participant[]): Promise<void> {
  const problems = await company.hooksOf(fresh);
  if (problems.length > 0) throw new CheckpointError(problems);
  await company.prepare(fresh);
}

/** @returns false when one of them could not: then all try again */
async function hold(company: Company, write: Write): Promise<boolean> {
  for (const each of company.members) each.send({ op: 'hold' });
  let all = true;
  let failure: unknown;
  for (const each of [...company.members]) {
    try {
      const said = await company.next(each, ['held', 'busy'], HOLD);
      each.isStopped = said === 'held';
      if (said === 'busy') all = false;
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  if (!all) await again(company, write);
  return all;
}

async function again(company: Company, write: Write): Promise<void> {
  for (const each of company.members) {
    if (!each.isStopped) continue;
    each.isStopped = false;
    await write(each, HELD.again);
  }
}

/** Waits until the program closes its socket, the last thing it does before the dump. */
async function stands(each: Participant, seconds: number): Promise<void> {
  const said = await each.until(['resumed', 'failed'], seconds).catch((late) => {
    each.isStopped = true; // it will be stopped: then it finds the word in its mailbox
    throw late;
  });
  if (said === undefined) {
    each.isStopped = true;
    return;
  }
  each.isOver = true;
  throw new CheckpointError(
    said.event === 'failed'
      ? each.errors(said.error.errors ?? [said.error])
      : [...each.errors(said.errors), ...each.errors(said.afterwards)],
  );
}
