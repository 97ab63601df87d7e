import { readFileSync } from 'node:fs';
import type { SocketInfo } from '../../shared/descriptor.ts';
import { shortIp6 } from '../../shared/protocol/ip6.ts';

const TCP_STATES: Record<string, string> = {
  '01': 'ESTABLISHED',
  '02': 'SYN_SENT',
  '03': 'SYN_RECV',
  '04': 'FIN_WAIT1',
  '05': 'FIN_WAIT2',
  '06': 'TIME_WAIT',
  '07': 'CLOSE',
  '08': 'CLOSE_WAIT',
  '09': 'LAST_ACK',
  '0A': 'LISTEN',
  '0B': 'CLOSING',
};

/** The kernel's __SO_ACCEPTCON and SS_CONNECTED, as the table of unix sockets prints them. */
const LISTENING = 0x10000;
const CONNECTED = '03';

/** Reads an address, of which the kernel prints each 32-bit word in the machine's byte order. */
function address(hex: string): string {
  const [words = '', port = '0'] = hex.split(':');
  const bytes = (words.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.map((byte) => Number.parseInt(byte, 16)).join('.')}:${number}`;
  return `[${shortIp6((bytes.join('').match(/.{4}/g) ?? []).join(':'))}]:${number}`;
}

/** Returns the text of one of the kernel's tables, each byte a character; undefined where it has no such protocol. */
export type NetTables = (name: string) => string | undefined;

const ownTables: NetTables = (name) => {
  try {
    return readFileSync(`/proc/self/net/${name}`, 'latin1');
  } catch {
    return undefined;
  }
};

/**
 * Matches lines of connections that are over (TIME_WAIT) and are no process's: there may be ten thousand on the machine,
 * and the program's clients wait while they are read.
 */
const IS_OVER = /^ *\d+: \S+ \S+ 06 /;

const table = (tables: NetTables, name: string): string[][] =>
  (tables(name) ?? '')
    .split('\n')
    .slice(1)
    .filter((line) => !IS_OVER.test(line))
    .map((line) => line.trim().split(/\s+/))
    .filter((words) => words.length > 5);

const UNIX_PATH = /^(?:\S+\s+){6}\S+ (.+)$/s;

/** Matches lines of the table of unix sockets; a path may hold spaces, so it is all that stands behind the inode. */
const unixTable = (
  tables: NetTables,
): { flags: number; state: string; inode: string; path: string | undefined }[] =>
  (tables('unix') ?? '')
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, , , flags = '', , state = '', inode] = line.trim().split(/\s+/);
      if (inode === undefined) return [];
      const [, path] = line.match(UNIX_PATH) ?? [];
      return [
        {
          flags: Number.parseInt(flags, 16),
          state,
          inode,
          path: path === undefined ? undefined : Buffer.from(path, 'latin1').toString(),
        },
      ];
    });

function internet(
  found: Map<number, SocketInfo>,
  tables: NetTables,
  name: string,
  protocol: 'tcp' | 'udp' | 'raw',
  family: 'ipv4' | 'ipv6',
): void {
  for (const words of table(tables, name)) {
    const [, local = '', remote = '', state = ''] = words;
    const remoteText = address(remote);
    found.set(Number(words[9]), {
      protocol,
      family,
      local: address(local),
      ...(/:0$/.test(remoteText) ? {} : { remote: remoteText }),
      ...(protocol === 'tcp' && { state: TCP_STATES[state] ?? state }),
    });
  }
}

/**
 * Returns every socket of this network namespace by its inode, as far as /proc tells: it does not tell a unix socket's
 * peer.
 */
export function socketTable(tables: NetTables = ownTables): Map<number, SocketInfo> {
  const found = new Map<number, SocketInfo>();
  for (const protocol of ['tcp', 'udp', 'raw'] as const) {
    internet(found, tables, protocol, protocol, 'ipv4');
    internet(found, tables, `${protocol}6`, protocol, 'ipv6');
  }
  for (const { flags, state, inode, path } of unixTable(tables)) {
    const listening = (flags & LISTENING) !== 0;
    found.set(Number(inode), {
      protocol: 'unix',
      family: 'unix',
      state: listening ? 'LISTEN' : state === CONNECTED ? 'ESTABLISHED' : 'UNCONNECTED',
      ...(path && { local: path }),
    });
  }
  for (const words of table(tables, 'netlink'))
    found.set(Number(words[9]), { protocol: 'netlink', family: 'netlink' });
  return found;
}

/**
 * Tells whether one of these sockets is a client of another of them that listens, by TCP.
 * @param own what `/proc/self/fd` calls the sockets of this process
 */
export function asksItself(own: ReadonlySet<string>, tables: NetTables = ownTables): boolean {
  const port = (address = '') => address.split(':')[1];
  const mine = ['tcp', 'tcp6']
    .flatMap((name) => table(tables, name))
    .filter((words) => own.has(`socket:[${words[9]}]`));
  const served = new Set(mine.filter((words) => words[3] === '0A').map(([, local]) => port(local)));
  return mine.some(([, , remote, state]) => state === '01' && served.has(port(remote)));
}
