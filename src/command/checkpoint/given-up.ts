import { existsSync, readFileSync } from 'node:fs';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { socketPath } from '../../shared/protocol/socket-path.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { procOf } from './company/gather.ts';

/** The bit of CAP_DAC_OVERRIDE, with which a process reaches the directories of others. */
const REACHES_ALL = 1n << 1n;

/**
 * Says that a process has given up the rights with which it was started, as `setuid` does: it cannot reach the record,
 * in which its socket lies. Undefined where it has not.
 *
 * @param place the process's directory in a /proc
 */
export function givenUp(place: string, name: string): string | undefined {
  let status: string;
  try {
    status = readFileSync(`${place}/status`, 'latin1');
  } catch {
    return undefined; // it has ended
  }
  const [, user] = /^Uid:\t\d+\t(\d+)/m.exec(status) ?? [];
  const [, group] = /^Gid:\t\d+\t(\d+)/m.exec(status) ?? [];
  const capabilities = BigInt(`0x${/^CapEff:\t(\w+)/m.exec(status)?.[1] ?? '0'}`);
  const own = process.geteuid?.();
  if (user === undefined || own === undefined || Number(user) === own || capabilities & REACHES_ALL)
    return undefined;
  return `${name} was started as user ${own} and is user ${user} by now (setuid): it cannot reach what is made for its checkpoint. Start it as that user:\n  setpriv --reuid ${user} --regid ${group} --clear-groups crac run …\nor let it give up its rights in an afterRestore hook`;
}

/** @throws CommandError if the program has given up its rights before it listened to us: nobody would ever answer */
export function refuseGivenUp(record: ProgramRecord): void {
  const { directory, program, parent } = record;
  if (program === undefined || existsSync(socketPath(directory, 'app.sock'))) return;
  const hasGivenUp = givenUp(`${procOf(record)}/${program}`, `program ${parent}`);
  if (hasGivenUp) throw new CommandError(hasGivenUp, EXIT.failed);
}
