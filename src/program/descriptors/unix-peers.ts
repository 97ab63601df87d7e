import { EngineError } from '../../shared/errors/index.ts';

const MODULES = 'unix_diag inet_diag tcp_diag udp_diag packet_diag netlink_diag';

const NO_MODULE = `its module unix_diag is not loaded, and cannot be loaded from here. The engine needs it, too. As root of the machine:\n  modprobe -a ${MODULES}`;
const REFUSED = 'a seccomp profile or a security module forbids it to this program. See\n  crac doctor';

/** The kernel's errors where it has no such list, or gives it to nobody here → what to say. */
const WHY: Record<string, string> = {
  ENOENT: NO_MODULE,
  EPROTONOSUPPORT: NO_MODULE,
  EAFNOSUPPORT: NO_MODULE,
  EOPNOTSUPP: NO_MODULE,
  EPERM: REFUSED,
  EACCES: REFUSED,
};

/**
 * Asks the kernel which unix sockets are connected to each other.
 *
 * @throws EngineError that says what the machine lacks
 */
export function askForPeers(ask: () => number[]): number[] {
  try {
    return ask();
  } catch (cause) {
    const { code = '', message } = cause as NodeJS.ErrnoException;
    const why = WHY[code];
    if (why === undefined) throw cause;
    throw new EngineError(`the kernel cannot list unix sockets (${message}): ${why}`);
  }
}
