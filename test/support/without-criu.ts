import { join } from 'node:path';
import { ROOT } from './crac.ts';

/** Words before a command, for root: there is no CRIU where `crac` looks for one. */
export const WITHOUT_CRIU = [
  ...['unshare', '-m', 'sh', '-c'],
  'for d in /usr/local/lib/node-crac /usr/local/sbin; do mkdir -p $d; mount -t tmpfs tmpfs $d; done; exec "$@"',
  'sh',
];

/** Source of a command that forbids system calls to another one, as a container's seccomp profile does. */
export const FORBID = join(ROOT, 'test/command/diagnosis/programs/forbid.c');
