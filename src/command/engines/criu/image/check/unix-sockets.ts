import { bytesField, fieldsOf, numberField } from '../wire.ts';
import { KIND } from './dumped.ts';
import { isThere, type Problem, type Rule } from './problem.ts';

// Numbers of images/sk-unix.proto and images/sk-packet.proto.
export const UNIX = {
  inode: 2,
  type: 3,
  state: 4,
  special: 6,
  peer: 8,
  name: 11,
  shutdown: 12,
  directory: 14,
};
const PACKET = { receiver: 1, length: 2, rights: 4, ids: 2 };
/** The flag of a socket outside of the image that one inside is connected with. */
export const EXTERN = 1;
const ESTABLISHED = 1;
const SOCK_DGRAM = 2;
const BOTH = 3;

/**
 * The rule that the other end of a connection is in the image, or the restorer gives a closed one
 * (../mend/unix-connections.ts).
 */
export const unixPeersAreThere: Rule = (dumped) => {
  const all = dumped.ofKind(KIND.unix);
  const inodes = new Set(all.map(({ facts }) => numberField(facts, UNIX.inode) ?? 0));
  return all.flatMap(({ id, facts }): Problem[] => {
    const of = (number: number): number => numberField(facts, number) ?? 0;
    const holder = dumped.holder(id);
    if (of(UNIX.special) & EXTERN) return [];
    if (of(UNIX.peer) !== 0 && !inodes.has(of(UNIX.peer)))
      return [
        {
          holder,
          what: `a unix socket whose other end (inode ${of(UNIX.peer)}) is not in the image`,
          advice,
        },
      ];
    // The engine makes a connection whose other end is gone only where both directions are over.
    const alone = of(UNIX.peer) === 0 && of(UNIX.state) === ESTABLISHED && of(UNIX.type) !== SOCK_DGRAM;
    if (alone && of(UNIX.shutdown) !== BOTH)
      return [{ holder, what: 'a unix socket whose other end is gone, half open', advice, passing: true }];
    return [];
  });
};

const advice = 'Close it in beforeCheckpoint, or make the checkpoint again';

/** The rule about relative names: such a socket is bound in the directory that the program stood in then. */
export const unixNamesCanBeBound: Rule = (dumped, { root }) =>
  dumped.ofKind(KIND.unix).flatMap(({ id, facts }): Problem[] => {
    const directory = bytesField(facts, UNIX.directory);
    const path = directory && String(directory.value);
    if (!path || isThere(root + path)) return [];
    const name = String(bytesField(facts, UNIX.name)?.value ?? '').replace(/\0.*/s, '');
    return [
      {
        holder: dumped.holder(id),
        what: `a unix socket has the relative name ${name}, and ${path}, where it was made, is gone`,
        advice: 'Listen at an absolute path, or make the directory again before the checkpoint',
      },
    ];
  });

/** The rule that descriptors that wait in a socket's queue are files of the image, too. */
export const passedDescriptorsAreThere: Rule = (dumped) => {
  if (!dumped.names.has('sk-queues.img')) return [];
  return packetsOf(dumped.read('sk-queues.img')).flatMap(({ receiver, passed }): Problem[] => {
    const lost = passed.filter((id) => !dumped.files.has(id));
    if (lost.length === 0) return [];
    return [
      {
        holder: dumped.holder(receiver),
        what: `descriptors were sent to this unix socket and not yet received; the engine wrote nothing of them`,
        advice: 'Receive them before the checkpoint',
        passing: true,
      },
    ];
  });
};

export interface Packet {
  /** The id of the socket that will read it. */
  receiver: number;
  /** Ids of the files that are passed along. */
  passed: number[];
  /** The packet as it stands in the file: size, message, content. */
  bytes: Buffer;
}

/** Returns what had been sent to sockets and not been read: each message is followed by its raw content. */
export function packetsOf(image: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let at = 8; at + 4 <= image.length; ) {
    const size = image.readUInt32LE(at);
    const fields = fieldsOf(image.subarray(at + 4, at + 4 + size));
    const end = at + 4 + size + (numberField(fields, PACKET.length) ?? 0);
    if (end > image.length) throw new RangeError('sk-queues.img is cut off');
    packets.push({
      receiver: numberField(fields, PACKET.receiver) ?? 0,
      passed: fields
        .filter(({ number, value }) => number === PACKET.rights && Buffer.isBuffer(value))
        .flatMap(({ value }) => fieldsOf(value as Buffer))
        .flatMap(({ number, value }) =>
          number === PACKET.ids && !Buffer.isBuffer(value) ? [Number(value)] : [],
        ),
      bytes: image.subarray(at, end),
    });
    at = end;
  }
  return packets;
}
