import { statSync } from 'node:fs';
import { isBuiltinLoaded } from './loaded.ts';

type Dns = typeof import('node:dns');

const sorted = (servers: string[]) => [...servers].sort().join();

/**
 * Tells before the dump whether the resolver's servers are still the system's (and not the program's own choice). They
 * are read from resolv.conf once; after the restore the system's present ones are set if they were.
 */
export function dnsServersFollowSystem(): boolean {
  if (!isBuiltinLoaded('dns')) return false;
  const dns = require('node:dns') as Dns;
  return sorted(dns.getServers()) === sorted(new dns.Resolver().getServers());
}

/** Describes the file that the servers are read from: the text changes with it. */
export function dnsSettings(): string {
  const found = statSync('/etc/resolv.conf', { throwIfNoEntry: false });
  return found ? `${found.dev} ${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}` : '';
}

export function refreshDnsServers(): void {
  const dns = require('node:dns') as Dns;
  const servers = new dns.Resolver().getServers();
  if (servers.length > 0 && sorted(servers) !== sorted(dns.getServers())) dns.setServers(servers);
}
