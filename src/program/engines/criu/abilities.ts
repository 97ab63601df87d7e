import type { Descriptor } from '../../../shared/descriptor.ts';
import type { Abilities, Ends, Judged } from '../../descriptors/verdict.ts';

/** Character devices without a state of their own. */
const PLAIN_DEVICES = ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom'];

/** Anonymous inodes that CRIU dumps and restores as they were (measured; docs/descriptors.md). */
const RESTORED_ANON = new Map<string, string>(
  Object.entries({
    eventpoll: 'the engine restores epoll sets',
    eventfd: 'the engine restores event counters',
    timerfd: 'the engine restores timers with the time they had left',
    signalfd: 'the engine restores signal descriptors',
    inotify: 'the engine watches the same paths again; events in between are lost',
    fanotify: 'the engine watches the same paths again; events in between are lost',
  }),
);

const engine = (reason: string): Judged => ({ owner: 'engine', reason });
const adapter = (reason: string): Judged => ({ owner: 'adapter', reason });
const error = (reason: string): Judged => ({ owner: 'error', reason });

const outside = () => error('its content is outside the image');

/** The rules of what CRIU restores. Each is one kind in docs/descriptors.md. */
export const CRIU_ABILITIES: Abilities = {
  regular(descriptor) {
    const { deleted, append, access } = descriptor;
    if (deleted) return deletedFile(descriptor);
    if (append) return engine('opened for append: goes on at the end of the file of that name');
    if (access === 'r') return engine('read only: goes on at the same position of the same file');
    return error(
      'what goes into the file after the checkpoint would not fit what a restored copy goes on with',
    );
  },
  directory: () => engine('the engine goes on in the same directory'),
  character: ({ path }) =>
    path && PLAIN_DEVICES.includes(path)
      ? engine('a device without state')
      : error('a device: its state is outside the image'),
  memfd: () => engine('memory without a name is part of the image'),
  anon({ anon }) {
    const reason = RESTORED_ANON.get(anon ?? '');
    return reason ? engine(reason) : error(`the engine cannot dump ${anon}`);
  },
  pipe: (_, ends) =>
    ends.areInside()
      ? engine('both ends are inside the program')
      : error('the other end is outside the program'),
  socket: socketVerdict,
  block: outside,
  fifo: outside,
};

/** The limit that the dump's option `--ghost-limit` sets (src/command/engines/criu/dump/engine-dump.ts). */
const GHOST_LIMIT = 100 * 2 ** 20;

function deletedFile({ size = 0 }: Descriptor): Judged {
  if (size <= GHOST_LIMIT)
    return engine('deleted, so nobody else can change it: its content is in the image');
  return error(
    `the file has been deleted, and its ${size} bytes are more than the engine keeps in an image (100 MiB)`,
  );
}

function socketVerdict({ socket }: Descriptor, ends: Ends): Judged {
  if (socket?.protocol === 'tcp') {
    if (socket.state === 'LISTEN')
      return engine('listens again on the same port, or on the one that --listen names');
    if (socket.remote) return adapter('closed by the engine: both ends see a clean end');
    return engine('an unconnected socket');
  }
  if (socket?.protocol === 'udp' || socket?.protocol === 'netlink' || socket?.protocol === 'raw')
    return engine('bound again');
  if (socket?.protocol === 'unix') {
    if (ends.isPeerOutside())
      return { ...adapter('cut off: a restored copy sees the end of the connection'), cut: true };
    if (socket.state === 'LISTEN') return engine('listens again at the same path');
    return engine('connected inside the program, and stays so');
  }
  return engine('a socket without an address');
}
