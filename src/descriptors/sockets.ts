import { readFileSync } from 'node:fs';
import { shortIp6 } from '../protocol/ip6.ts';
import type { SocketInfo } from './descriptor.ts';

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

/** The kernel prints each 32-bit word of an address in the machine's byte order. */
function address(hex: string): string {
  const [words = '', port = '0'] = hex.split(':');
  const bytes = (words.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const number = Number.parseInt(port, 16);
  if (bytes.length === 4) return `${bytes.map((byte) => Number.parseInt(byte, 16)).join('.')}:${number}`;
  return `[${shortIp6((bytes.join('').match(/.{4}/g) ?? []).join(':'))}]:${number}`;
}

const table = (name: string): string[][] => {
  try {
    return readFileSync(`/proc/self/net/${name}`, 'latin1')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((words) => words.length > 5);
  } catch {
    return []; // the kernel has no such protocol
  }
};

function internet(
  found: Map<number, SocketInfo>,
  name: string,
  protocol: 'tcp' | 'udp' | 'raw',
  family: 'ipv4' | 'ipv6',
): void {
  for (const words of table(name)) {
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

/** Every socket of this network namespace by its inode, as far as /proc tells: a unix socket's peer it does not. */
export function socketTable(): Map<number, SocketInfo> {
  const found = new Map<number, SocketInfo>();
  for (const protocol of ['tcp', 'udp', 'raw'] as const) {
    internet(found, protocol, protocol, 'ipv4');
    internet(found, `${protocol}6`, protocol, 'ipv6');
  }
  for (const words of table('unix')) {
    const listening = (Number.parseInt(words[3] as string, 16) & 0x10000) !== 0;
    const connected = words[5] === '03';
    found.set(Number(words[6]), {
      protocol: 'unix',
      family: 'unix',
      state: listening ? 'LISTEN' : connected ? 'ESTABLISHED' : 'UNCONNECTED',
      ...(words[7] && { local: words[7] }),
    });
  }
  for (const words of table('netlink'))
    found.set(Number(words[9]), { protocol: 'netlink', family: 'netlink' });
  return found;
}

/**
 * Those of them that listen, by what `/proc/self/fd` calls them.
 * @param isOurs whether the unix socket of this path is to be left out
 */
export function listeningSockets(isOurs: (path: string) => boolean): Set<string> {
  const found = new Set<string>();
  for (const name of ['tcp', 'tcp6'])
    for (const words of table(name)) if (words[3] === '0A') found.add(`socket:[${words[9]}]`);
  for (const words of table('unix'))
    if ((Number.parseInt(words[3] as string, 16) & 0x10000) !== 0 && !isOurs(words[7] ?? ''))
      found.add(`socket:[${words[6]}]`);
  return found;
}
