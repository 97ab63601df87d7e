import { readdirSync, readFileSync } from 'node:fs';
import type { ProgramRecord } from '../../../shared/protocol/record.ts';
import { shortCommand } from '../../../shared/protocol/short-command.ts';
import { socketPath } from '../../../shared/protocol/socket-path.ts';
import { engineNamed } from '../../engines/registry.ts';
import { Connection } from '../connection.ts';
import { type TreeProcess, treeProcesses } from '../tree/processes.ts';
import { Participant } from './participant.ts';

const SOCKET = /^(\d+)\.sock$/;

/** Returns the /proc in which the program's processes have the numbers that they see themselves. */
export const procOf = ({ init }: ProgramRecord): string =>
  init === undefined ? '/proc' : `/proc/${init}/root/proc`;

function commandOf(proc: string, pid: number): string {
  try {
    return shortCommand(readFileSync(`${proc}/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean));
  } catch {
    return 'ended';
  }
}

export function participant(record: ProgramRecord, pid: number, connection: Connection): Participant {
  const proc = procOf(record);
  const isProgram = pid === record.program;
  return new Participant({ pid, command: commandOf(proc, pid) }, isProgram, `${proc}/${pid}`, connection);
}

/**
 * Finds the members of the program besides its first process, the newest first. A process that was killed has left its
 * socket, on which nobody listens.
 * @param known PIDs that are not looked at again
 */
export async function gather(record: ProgramRecord, known: Set<number>): Promise<Participant[]> {
  const found: Participant[] = [];
  const pids = readdirSync(record.directory)
    .map((name) => Number(SOCKET.exec(name)?.[1] ?? 0))
    .filter((pid) => pid > 0 && pid !== process.pid && !known.has(pid));
  for (const pid of pids) {
    const connection = await Connection.to(socketPath(record.directory, `${pid}.sock`));
    if (connection) found.push(participant(record, pid, connection));
  }
  const proc = procOf(record);
  const born = new Map(found.map(({ pid }) => [pid, startOf(proc, pid)]));
  return found.sort((a, b) => (born.get(b.pid) ?? 0) - (born.get(a.pid) ?? 0) || b.pid - a.pid);
}

/**
 * Finds Node processes of the program that take no part yet: they are starting, or blocked.
 * @param known PIDs of those that take part
 */
export function absent({ init, engine, program }: ProgramRecord, known: Set<number>): TreeProcess[] {
  const top = init ?? (engineNamed(engine).about.makes === 'image' ? program : undefined);
  if (top === undefined) return []; // its engine dumps nothing
  return treeProcesses(top).filter(
    ({ pid, isNode, hasLibrary, isWriter, inside }) =>
      isNode &&
      hasLibrary &&
      !isWriter &&
      pid !== process.pid &&
      !known.has(init === undefined ? pid : inside),
  );
}

export const nameOf = ({ inside, command }: TreeProcess): string => `process ${inside} (${command})`;

/** Returns a process's start in the kernel's ticks since the boot. */
function startOf(proc: string, pid: number): number {
  try {
    return Number(readFileSync(`${proc}/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]);
  } catch {
    return 0; // the process has just ended
  }
}
