import { statSync } from 'node:fs';
import type { Addon } from '../../shared/addon.ts';
import { isBuiltinLoaded } from './loaded.ts';

type Dns = typeof import('node:dns');

const RESOLV_CONF = '/etc/resolv.conf';

const sorted = (servers: string[]) => [...servers].sort().join();

/**
 * Tells before the dump whether the resolver's servers are still the system's (and not the program's own choice). They
 * are read from resolv.conf once; after the restore the system's present ones are set if they were.
 */
export function dnsServersFollowSystem(addon?: Pick<Addon, 'fileMark'>): boolean {
  if (!isBuiltinLoaded('dns')) return false;
  const dns = require('node:dns') as Dns;
  const mark = dnsSettings(addon);
  if (mark !== system.mark) system = { mark, servers: sorted(new dns.Resolver().getServers()) };
  return sorted(dns.getServers()) === system.servers;
}

/** The servers that the file of this description leads to: a resolver reads it anew, which takes a while. */
let system: { mark?: string; servers: string } = { servers: '' };

/** Describes the file that the servers are read from: the text changes with it. */
export function dnsSettings(addon?: Pick<Addon, 'fileMark'>): string {
  if (addon) return addon.fileMark(RESOLV_CONF) ?? '';
  const found = statSync(RESOLV_CONF, { throwIfNoEntry: false });
  return found ? `${found.dev} ${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : '';
}

export function refreshDnsServers(): void {
  const dns = require('node:dns') as Dns;
  const servers = new dns.Resolver().getServers();
  if (servers.length > 0 && sorted(servers) !== sorted(dns.getServers())) dns.setServers(servers);
}
