import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { shortIp6 } from '../../shared/protocol/ip6.ts';

export interface Listening {
  /** The address as the program bound it. */
  address: string;
  port: number;
  inode: string;
}

const LISTEN = '0A';

/** Reads the listening sockets of `/proc/PID/net/tcp` and `tcp6`: https://docs.kernel.org/networking/proc_net_tcp.html */
function listeners(pid: number | 'self'): Listening[] {
  return ['tcp', 'tcp6'].flatMap((name) =>
    read(`/proc/${pid}/net/${name}`)
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[3] === LISTEN)
      .map((columns) => {
        const [address = '', port = ''] = (columns[1] ?? '').split(':');
        return { address: addressOf(address), port: Number.parseInt(port, 16), inode: columns[9] ?? '' };
      }),
  );
}

/**
 * Reads words of four bytes, each in the machine's order, which is little-endian on every machine that CRIU knows Node
 * on.
 */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex')].reverse());
  if (bytes.length === 4) return bytes.join('.');
  return shortIp6((Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []).join(':'));
}

/**
 * Lists the TCP ports that these processes listen on.
 * @param passed inodes that are known to be others'; those found to be are added
 */
export function listeningPorts(pids: number[], passed: Set<string>): Listening[] {
  const [first] = pids;
  if (first === undefined) return [];
  const candidates = listeners(first).filter(({ inode }) => !passed.has(inode));
  if (candidates.length === 0) return [];
  const own = new Set(pids.flatMap(socketsOf));
  for (const { inode } of candidates) if (!own.has(inode)) passed.add(inode);
  return candidates.filter(({ inode }) => own.has(inode));
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => inodeOf(`/proc/${pid}/fd/${fd}`) ?? []);
  } catch {
    return []; // the process has just ended
  }
}

function inodeOf(link: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(link))?.[1];
  } catch {
    return undefined; // the descriptor was closed meanwhile
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the process has just ended, or the kernel has no IPv6
  }
}

/** Returns addresses at which somebody on this machine reaches it, the likelier first. */
export function originsOf({ address, port }: Listening): URL[] {
  const hosts =
    address === '0.0.0.0'
      ? ['127.0.0.1']
      : address === '::'
        ? ['127.0.0.1', '[::1]']
        : [address.includes(':') ? `[${address}]` : address];
  return hosts.map((host) => new URL(`http://${host}:${port}/`));
}

/** Lists listening sockets of this machine, at the addresses of the loopback interface by which they are reached. */
export const loopbackListeners = (): Pick<Listening, 'address' | 'port'>[] =>
  listeners('self').flatMap(({ address, port }) => {
    const mapped = address.replace(/^::ffff:/, '');
    if (mapped === '::') return ['127.0.0.1', '::1'].map((one) => ({ address: one, port }));
    if (mapped === '0.0.0.0') return [{ address: '127.0.0.1', port }];
    return mapped === '::1' || mapped.startsWith('127.') ? [{ address: mapped, port }] : [];
  });
