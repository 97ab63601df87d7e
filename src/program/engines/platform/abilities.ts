import type { Descriptor } from '../../../shared/descriptor.ts';
import type { Abilities, Ends, Judged } from '../../descriptors/verdict.ts';

const platform = (reason: string): Judged => ({ owner: 'engine', reason });
const kept = (reason: string) => () => platform(reason);

/**
 * The rules of a platform that freezes a whole machine or a whole sandbox, files and listening sockets in it: only what
 * leads out of it is cut. Each is one kind in docs/platforms.md.
 */
export const PLATFORM_ABILITIES: Abilities = {
  regular: kept("in the platform's snapshot, with its disk"),
  directory: kept("in the platform's snapshot"),
  character: kept("a device of the machine's"),
  block: kept("a device of the machine's"),
  memfd: kept('memory is part of the snapshot'),
  anon: kept("the kernel's state is part of the snapshot"),
  pipe: kept('both ends are in the snapshot'),
  fifo: kept('both ends are in the snapshot'),
  socket: socketVerdict,
};

function socketVerdict({ socket }: Descriptor, _ends: Ends): Judged {
  if (socket?.protocol !== 'tcp' || socket.remote === undefined || socket.state === 'LISTEN')
    return platform("in the platform's snapshot");
  if (isLoopback(socket.remote)) return platform('both ends are in the snapshot');
  return {
    owner: 'adapter',
    reason: 'cut by the platform: all copies have the same connection, and none has it',
  };
}

/** Tells whether an address with its port, as the kernel's table has it, is on loopback. */
const isLoopback = (address: string): boolean => /^(?:127\.|\[?::1\]?:|\[?::ffff:127\.)/.test(address);
