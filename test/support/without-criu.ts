import { join } from 'node:path';
import { ROOT } from './crac.ts';

/** A script: no CRIU is left where `crac` looks for one; a distribution's is hidden by a file that nobody may execute. */
const HIDE = `for d in /usr/local/lib/node-crac /usr/local/sbin; do mkdir -p $d; mount -t tmpfs tmpfs $d; done
for f in $(which -a criu | xargs -r realpath | sort -u); do mount --bind /dev/null "$f"; done`;

const around = (script: string): string[] => ['unshare', '-m', 'sh', '-c', `${script}\nexec "$@"`, 'sh'];

/** Words before a command, for root: there is no CRIU where `crac` looks for one. */
export const WITHOUT_CRIU = around(HIDE);

/** Words before a command, for root: the only CRIU is one that no kernel suffices for, as a distribution may have it. */
export const WITH_OLD_CRIU = around(`${HIDE}
printf '#!/bin/sh\necho Version: 3.17.1\n' >/usr/local/sbin/criu
chmod 755 /usr/local/sbin/criu`);

/** Source of a command that forbids system calls to another one, as a container's seccomp profile does. */
export const FORBID = join(ROOT, 'test/command/diagnosis/programs/forbid.c');
