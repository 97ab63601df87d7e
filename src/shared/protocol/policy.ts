import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One rule of a policy file, in CRaC's format: what to do about open descriptors that it selects. */
export interface Policy {
  type: 'file' | 'pipe' | 'socket' | 'filedescriptor';
  action: 'error' | 'ignore' | 'close' | 'reopen';
  /** Glob on a file's path; `*` stays within one directory, `**` does not. Missing: all. */
  path?: string;
  /** Address family of a socket. */
  family?: 'ipv4' | 'ipv6' | 'ip' | 'unix';
  localAddress?: string;
  remoteAddress?: string;
  localPort?: string;
  remotePort?: string;
  /** Globs on a unix socket's paths. */
  localPath?: string;
  remotePath?: string;
  listening?: boolean;
  /** Number of the descriptor. */
  value?: number;
  /** Regular expression on what /proc/self/fd/N points to. */
  regex?: string;
  /** False: the program is not told that something was left open. */
  warn?: boolean;
  /** Line of the rule in its file, for messages. */
  line: number;
}

/** Line of a rule that is in no file: an adapter asks for it. */
export const ADAPTERS_OWN = 0;

/** Name of the file in the record that has the rules as JSON. */
export const POLICIES_FILE = 'policies.json';

export function readPolicies(record: string): Policy[] {
  try {
    return JSON.parse(readFileSync(join(record, POLICIES_FILE), 'utf8')) as Policy[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // none were given
    throw error;
  }
}
