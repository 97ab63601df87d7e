import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One rule of a policy file, in CRaC's format: what to do about open descriptors that it selects. */
export interface Policy {
  type: 'file' | 'pipe' | 'socket' | 'filedescriptor';
  action: 'error' | 'ignore' | 'close' | 'reopen';
  /** A glob on a file's path; `*` stays within one directory, `**` does not. Missing: all. */
  path?: string;
  /** The address family of a socket. */
  family?: 'ipv4' | 'ipv6' | 'ip' | 'unix';
  localAddress?: string;
  remoteAddress?: string;
  localPort?: string;
  remotePort?: string;
  /** Globs on a unix socket's paths. */
  localPath?: string;
  remotePath?: string;
  listening?: boolean;
  /** The number of the descriptor. */
  value?: number;
  /** A regular expression on what /proc/self/fd/N points to. */
  regex?: string;
  /** False where the program is not told that something was left open. */
  warn?: boolean;
  /** The line of the rule in its file, for messages. */
  line: number;
}

/** The line of a rule that is in no file: an adapter asks for it. */
export const ADAPTERS_OWN = 0;

/** The name of the file in the record that has the rules as JSON. */
export const POLICIES_FILE = 'policies.json';

export function readPolicies(record: string): Policy[] {
  const path = join(record, POLICIES_FILE);
  // Asked first: an error with its stack, for a file that is seldom there, costs each copy more.
  if (!statSync(path, { throwIfNoEntry: false })) return [];
  return JSON.parse(readFileSync(path, 'utf8')) as Policy[];
}
