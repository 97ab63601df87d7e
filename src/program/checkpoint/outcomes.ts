import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inProcess } from '../../shared/errors/brand.ts';
import { deserializeError, RestoreError, serializeError } from '../../shared/errors/index.ts';
import type { SerializedError } from '../../shared/errors/json.ts';
import { commandOf } from '../descriptors/children.ts';
import { OWN_PID } from '../fixups/own-pid.ts';

const { now: wallClock } = Date;

/**
 * The time in milliseconds that members are waited for whose own hooks have limits: longer than any of these by
 * default.
 */
const LIMIT = 60_000;
const STEP = 5;

// A program's fake timers must not hold up a restore.
const { setTimeout } = globalThis;

interface Outcome {
  command: string;
  errors: SerializedError[];
}

const fileOf = (record: string, id: string, pid: number): string => join(record, `${pid}-${id}.outcome`);

/**
 * Leaves what this member's afterRestore hooks threw in the record: after a dump nobody outside asks any more, and one
 * of the members tells of it all.
 * @param known the PID by which the others know this one
 * @returns false if it could not: then this member tells of it itself
 */
export function leaveOutcome(record: string, id: string, known: number, failures: unknown[]): boolean {
  const errors = failures.length > 0 ? new RestoreError(failures).errors.map(serializeError) : [];
  const file = fileOf(record, id, known);
  try {
    const outcome: Outcome = { command: commandOf(OWN_PID), errors };
    writeFileSync(`${file}.new`, JSON.stringify(outcome), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    return true;
  } catch {
    return false; // the record is gone with the command that it belongs to
  }
}

/** Returns the PID that a member has in this copy, where the engine gives it one of its own (native/engines/direct/members.c). */
function numberNow(record: string, pid: number): number {
  try {
    return Number(readFileSync(join(record, `${pid}.now`), 'utf8'));
  } catch {
    return pid;
  }
}

/** Waits for the other members, and returns what they have left, in their order. */
export async function collectOutcomes(record: string, id: string, others: number[]): Promise<Error[]> {
  const found = new Map<number, Error[]>();
  let missing = others;
  for (const end = wallClock() + LIMIT; missing.length > 0 && wallClock() < end; ) {
    missing = missing.filter((pid) => {
      const file = fileOf(record, id, pid);
      if (!existsSync(file)) return existsSync(`/proc/${numberNow(record, pid)}`);
      const { command, errors } = JSON.parse(readFileSync(file, 'utf8')) as Outcome;
      found.set(
        pid,
        errors.map((each) => inProcess(deserializeError(each), { pid, command })),
      );
      rmSync(file);
      return false;
    });
    if (missing.length > 0) await new Promise((resolve) => setTimeout(resolve, STEP));
  }
  return others.flatMap((pid) => found.get(pid) ?? []);
}
