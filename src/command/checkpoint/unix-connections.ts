import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Positions of columns in /proc/net/unix: Num RefCount Protocol Flags Type St Inode Path */
const COLUMN = { flags: 3, state: 5, inode: 6 };
const CONNECTED = '03';
const LISTENS = 0x10000; // __SO_ACCEPTCON

/**
 * Returns inodes of all connected unix sockets of the program and of what it has started: the engine may leave the
 * other end of any of them outside. Which of them lead outside the engine writes itself, so nothing depends on what
 * changes meanwhile.
 * @param pids as seen from here
 */
export const unixConnections = (pids: number[]): number[] => [
  ...new Set(unixSockets(pids, ({ state }) => state === CONNECTED).map(({ inode }) => Number(inode))),
];

/** Lists the sockets where clients of unix sockets wait to be accepted: `PID:FD`. */
export const unixListeners = (pids: number[]): string[] =>
  unixSockets(pids, ({ flags }) => (flags & LISTENS) !== 0).map(({ pid, fd }) => `${pid}:${fd}`);

interface Row {
  flags: number;
  state: string;
}

function unixSockets(
  pids: number[],
  wanted: (row: Row) => boolean,
): { pid: number; fd: string; inode: string }[] {
  return pids.flatMap((pid) => {
    const rows = table(pid);
    return socketsOf(pid)
      .filter(({ inode }) => {
        const row = rows.get(inode);
        return row !== undefined && wanted(row);
      })
      .map((socket) => ({ pid, ...socket }));
  });
}

/** Reads the unix sockets of the network namespace that the process is in, by inode. */
function table(pid: number): Map<string, Row> {
  const rows = read(() => readFileSync(`/proc/${pid}/net/unix`, 'latin1')) ?? '';
  const columns = rows
    .split('\n')
    .slice(1)
    .map((row) => row.trim().split(/\s+/));
  return new Map(
    columns.map((row) => [
      row[COLUMN.inode] ?? '',
      { flags: Number.parseInt(row[COLUMN.flags] ?? '0', 16), state: row[COLUMN.state] ?? '' },
    ]),
  );
}

function socketsOf(pid: number): { fd: string; inode: string }[] {
  return (read(() => readdirSync(`/proc/${pid}/fd`)) ?? []).flatMap((fd) => {
    const [, inode] = read(() => readlinkSync(`/proc/${pid}/fd/${fd}`))?.match(/^socket:\[(\d+)\]$/) ?? [];
    return inode === undefined ? [] : [{ fd, inode }];
  });
}

/** @returns undefined for what has ended or was closed meanwhile */
function read<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  }
}
