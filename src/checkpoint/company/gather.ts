import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { ProgramRecord } from '../../protocol/record.ts';
import { socketPath } from '../../protocol/socket-path.ts';
import { Connection } from '../connection.ts';
import { PRELOAD } from '../paths.ts';
import { Participant } from './participant.ts';

const SOCKET = /^(\d+)\.sock$/;
const COMMAND_LENGTH = 60;

/** Where the program's processes are in /proc, by the numbers that they have themselves. */
const procOf = ({ init, engine }: ProgramRecord): string =>
  engine === 'criu' && init !== undefined ? `/proc/${init}/root/proc` : '/proc';

function commandOf(proc: string, pid: number): string {
  try {
    const words = readFileSync(`${proc}/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean).join(' ');
    return words.length > COMMAND_LENGTH ? `${words.slice(0, COMMAND_LENGTH - 1)}…` : words;
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
 * The members of the program besides its first process, the newest first. What was killed has left its socket, on which
 * nobody listens.
 *
 * @param known PIDs that are not looked at again
 */
export async function gather(record: ProgramRecord, known: Set<number>): Promise<Participant[]> {
  const found: Participant[] = [];
  const pids = readdirSync(record.directory)
    .map((name) => Number(SOCKET.exec(name)?.[1] ?? 0))
    .filter((pid) => pid > 0 && !known.has(pid));
  for (const pid of pids) {
    const connection = await Connection.to(socketPath(record.directory, `${pid}.sock`));
    if (connection) found.push(participant(record, pid, connection));
  }
  const proc = procOf(record);
  const born = new Map(found.map(({ pid }) => [pid, startOf(proc, pid)]));
  return found.sort((a, b) => (born.get(b.pid) ?? 0) - (born.get(a.pid) ?? 0) || b.pid - a.pid);
}

/**
 * Node processes of the program that were started with the preload and take no part yet: they are starting, or blocked.
 *
 * @param known PIDs of those that take part
 * @returns words for each
 */
export function strangers(record: ProgramRecord, known: Set<number>): string[] {
  const proc = procOf(record);
  if (proc === '/proc') return []; // an engine without namespaces dumps nothing
  const node = linkOf(`${proc}/${record.program}/exe`);
  const others = readdirSync(proc).filter((name) => /^\d+$/.test(name) && !known.has(Number(name)));
  return others
    .filter((pid) => isNode(linkOf(`${proc}/${pid}/exe`), node) && hasPreload(`${proc}/${pid}/environ`))
    .map((pid) => `process ${pid} (${commandOf(proc, Number(pid))})`);
}

const isNode = (exe: string, program: string): boolean =>
  exe !== '' && (exe === program || /^node(js)?$/.test(basename(exe)));

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // ended, or not ours to look into
  }
}

function hasPreload(path: string): boolean {
  try {
    return readFileSync(path, 'latin1').includes(PRELOAD);
  } catch {
    return false;
  }
}

/** In the kernel's ticks since the boot. */
function startOf(proc: string, pid: number): number {
  try {
    return Number(readFileSync(`${proc}/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19]);
  } catch {
    return 0; // it has just ended
  }
}
