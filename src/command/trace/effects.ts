import { descriptorsIn, type NumberedText, withoutStrings } from './descriptor-text.ts';
import type { Call } from './event.ts';

/** The effect of a call on the descriptors of its process. */
export type Effect =
  | { kind: 'opened'; made: NumberedText[]; closeOnExec: boolean; from?: number }
  | { kind: 'closed'; first: number; last: number }
  | { kind: 'close-on-exec'; first: number; last: number; on: boolean }
  /** The kernel knows more of the descriptor now; for one that listens the address is how strace names it. */
  | { kind: 'described'; fd: number; how: 'connected to' | 'bound to' | 'listens'; address: string }
  | { kind: 'exec'; path: string }
  | { kind: 'unshared' }
  | { kind: 'process'; tid: number; thread: boolean; sharesFiles: boolean; inner?: number };

/** Calls whose result is a descriptor, which is known by what strace prints behind the number. */
export const MAKING = [
  ...['open', 'openat', 'openat2', 'creat', 'open_by_handle_at', 'dup', 'dup2', 'dup3', 'fcntl', 'fcntl64'],
  ...['pipe', 'pipe2', 'socket', 'socketpair', 'accept', 'accept4', 'recvmsg', 'recvmmsg', 'pidfd_getfd'],
  ...['eventfd', 'eventfd2', 'epoll_create', 'epoll_create1', 'timerfd_create', 'signalfd', 'signalfd4'],
  ...['inotify_init', 'inotify_init1', 'fanotify_init', 'memfd_create', 'memfd_secret', 'userfaultfd'],
  ...[
    'io_uring_setup',
    'pidfd_open',
    'perf_event_open',
    'mq_open',
    'fsopen',
    'fspick',
    'fsmount',
    'open_tree',
  ],
];
export const ENDING = ['close', 'close_range', 'execve', 'execveat', 'unshare'];
export const STARTING = ['clone', 'clone3', 'fork', 'vfork'];
export const DESCRIBING = ['connect', 'bind', 'listen'];

const ALWAYS_CLOSE_ON_EXEC = ['pidfd_open', 'pidfd_getfd', 'io_uring_setup'];

/** Says whether the kernel made a process or a thread when this call came back. */
export const isStart = (name: string): boolean => STARTING.includes(name);

const failed = (call: Call): boolean => call.result.startsWith('-1') || call.result.startsWith('?');

export function effectsOf(call: Call): Effect[] {
  const { name, args, result } = call;
  if (name === 'close') {
    const fd = Number.parseInt(args, 10);
    // Linux has closed it whatever else the error says.
    return result.includes('EBADF') || Number.isNaN(fd) ? [] : [{ kind: 'closed', first: fd, last: fd }];
  }
  if (name === 'connect' || name === 'bind' || name === 'listen') return described(call);
  if (failed(call)) return [];
  const bare = withoutStrings(args);
  switch (name) {
    case 'close_range':
      return closedRange(bare);
    case 'execve':
    case 'execveat':
      return [{ kind: 'exec', path: args.match(/"((?:[^"\\]|\\.)*)"/)?.[1] ?? '' }];
    case 'unshare':
      return bare.includes('CLONE_FILES') ? [{ kind: 'unshared' }] : [];
    case 'clone':
    case 'clone3':
    case 'fork':
    case 'vfork':
      return started(call, bare);
    case 'fcntl':
    case 'fcntl64':
      if (/, F_SETFD,/.test(bare)) {
        const fd = Number.parseInt(args, 10);
        return [{ kind: 'close-on-exec', first: fd, last: fd, on: /FD_CLOEXEC/.test(bare) }];
      }
      return opened(call, bare);
    default:
      return opened(call, bare);
  }
}

function opened(call: Call, bare: string): Effect[] {
  const made = madeBy(call).map(({ fd, what }) => ({ fd, what: named(what, bare) }));
  if (made.length === 0) return [];
  const from = /^dup|^fcntl|^accept/.test(call.name) ? Number.parseInt(call.args, 10) : undefined;
  // A descriptor was duplicated onto itself: nothing was made, and nothing was closed.
  if (from === made[0]?.fd) return [];
  return [
    {
      kind: 'opened',
      made,
      closeOnExec: /CLOEXEC/.test(bare) || ALWAYS_CLOSE_ON_EXEC.includes(call.name),
      ...(from !== undefined && { from }),
    },
  ];
}

function madeBy({ name, args, result }: Call): NumberedText[] {
  switch (name) {
    case 'pipe':
    case 'pipe2':
    case 'socketpair':
      return descriptorsIn(args).slice(-2);
    case 'recvmsg':
    case 'recvmmsg':
      return args
        .split('cmsg_type=SCM_RIGHTS, cmsg_data=[')
        .slice(1)
        .flatMap((data) => descriptorsIn(data.split(/\]\}|\], msg_controllen/)[0] as string));
    case 'signalfd':
    case 'signalfd4':
      // Called for a descriptor that is there already, it only changes the mask.
      return args.startsWith('-1') ? descriptorsIn(result) : [];
    default:
      return descriptorsIn(result).slice(0, 1);
  }
}

function closedRange(bare: string): Effect[] {
  const [first = 0, last = 0] = bare.split(', ').map((word) => Number.parseInt(word, 10));
  const end = last < 0 ? Number.POSITIVE_INFINITY : last;
  const before: Effect[] = bare.includes('CLOSE_RANGE_UNSHARE') ? [{ kind: 'unshared' }] : [];
  return bare.includes('CLOSE_RANGE_CLOEXEC')
    ? [...before, { kind: 'close-on-exec', first, last: end, on: true }]
    : [...before, { kind: 'closed', first, last: end }];
}

function started({ name, result }: Call, bare: string): Effect[] {
  const returned = Number.parseInt(result, 10);
  const outer = result.match(/\/\* (\d+) in strace's PID NS \*\//)?.[1];
  const effects: Effect[] = [
    {
      kind: 'process',
      tid: Number(outer ?? returned),
      thread: bare.includes('CLONE_THREAD'),
      sharesFiles: bare.includes('CLONE_FILES'),
      ...(outer !== undefined && { inner: returned }),
    },
  ];
  const pidfd = name.startsWith('clone')
    ? bare.match(/(?:pidfd|parent_tid)=\[(\d+<pid:.*?>>?)\]/)?.[1]
    : undefined;
  if (pidfd) effects.push({ kind: 'opened', made: descriptorsIn(pidfd), closeOnExec: true });
  return effects;
}

/** Takes a socket's address from the call that gives it; what failed for good gives none. */
function described({ name, args, result }: Call): Effect[] {
  if (result.startsWith('-1') && !result.includes('EINPROGRESS')) return [];
  const [socket] = descriptorsIn(args);
  if (!socket) return [];
  const { fd, what } = socket;
  if (name === 'listen') return [{ kind: 'described', fd, how: 'listens', address: what }];
  const address = addressIn(args);
  return address
    ? [{ kind: 'described', fd, how: name === 'connect' ? 'connected to' : 'bound to', address }]
    : [];
}

/** Writes `TCP:[7]` for `socket:[7]`, which is all that strace -y says. */
function named(what: string, bare: string): string {
  if (!what.startsWith('socket:')) return what;
  const six = bare.includes('AF_INET6') ? 'v6' : '';
  const stream = bare.includes('SOCK_STREAM');
  if (bare.includes('AF_INET') && (stream || bare.includes('SOCK_DGRAM')))
    return what.replace('socket', `${stream ? 'TCP' : 'UDP'}${six}`);
  if (/AF_(UNIX|LOCAL)/.test(bare)) {
    const type = bare.match(/SOCK_(STREAM|DGRAM|SEQPACKET)/)?.[1] ?? 'STREAM';
    return what.replace('socket', `UNIX-${type}`);
  }
  return what.replace('socket', bare.match(/AF_(\w+)/)?.[1] ?? 'socket');
}

function addressIn(args: string): string | undefined {
  const port = args.match(/sin6?_port=htons\((\d+)\)/)?.[1];
  const host = args.match(/inet_addr\("([^"]*)"\)|inet_pton\(AF_INET6, "([^"]*)"/);
  if (port !== undefined && host) return host[1] ? `${host[1]}:${port}` : `[${host[2]}]:${port}`;
  return args.match(/sun_path=(@?"(?:[^"\\]|\\.)*")/)?.[1]?.replaceAll('"', '');
}
