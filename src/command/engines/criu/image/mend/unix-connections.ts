import { EXTERN, packetsOf, UNIX } from '../check/unix-sockets.ts';
import { contentBytes, framed, numberBytes } from '../encode.ts';
import { bytesField, type Field, fieldsOf, messagesOf, numberField } from '../wire.ts';

// Numbers of images/fdinfo.proto and images/sk-unix.proto; SOCK_DGRAM and TCP_LISTEN are what the engine gives its own.
const FILE = { type: 1, id: 2, unix: 16 };
const TYPE_UNIX = 5;
const NEW = {
  id: 1,
  inode: 2,
  type: 3,
  state: 4,
  flags: 5,
  special: 6,
  backlog: 7,
  peer: 8,
  owner: 9,
  options: 10,
};
const SOCK_DGRAM = 2;
const LISTEN = 10;

export interface Cut {
  /** The content of files.img. */
  image: Buffer;
  /** Names by which the restorer hands a closed end over. */
  names: string[];
  /** Ids, in files.img, of those sockets. */
  ids: Set<number>;
}

interface Socket {
  id: number;
  inode: number;
  peer: number;
  facts: Field[];
}

/**
 * Finds the unix connections that lead out of the image. Only what the engine wrote tells: until it stopped the program
 * clients came and went. A connection whose other end was gone by then the engine makes itself; were it handed over,
 * the engine would wait for ever for the end that it makes (add_fake_unix_queuers in criu/sk-unix.c).
 */
export function cutConnections(image: Buffer): Cut {
  const sockets = messagesOf(image).flatMap(({ bytes }) => socketOf(bytes));
  const inside = new Map(sockets.map((socket) => [socket.inode, socket]));
  const outgoing = sockets.filter(
    ({ facts, peer }) => peer !== 0 && !isExtern(facts) && leadsOut(inside.get(peer)),
  );
  // This is a connection that a process outside has not accepted yet: the engine names its listener and writes nothing
  // of it.
  const unknown = new Set(outgoing.map(({ peer }) => peer).filter((peer) => !inside.has(peer)));
  const last = Math.max(
    0,
    ...messagesOf(image).map(({ bytes }) => numberField(fieldsOf(bytes), FILE.id) ?? 0),
  );
  const added = [...unknown].map((inode, index) =>
    externEntry(last + 1 + index, inode, outgoing[0] as Socket),
  );
  return {
    image: Buffer.concat([image.subarray(0, 8), ...added, image.subarray(8)]), // the engine looks for them at once
    names: outgoing.map(({ inode }) => `socket:[${inode}]`),
    ids: new Set(outgoing.map(({ id }) => id)),
  };
}

/** Removes what had come in on those connections: nobody will read it, and descriptors in it would need a sender. */
export const withoutPackets = (queues: Buffer, ids: ReadonlySet<number>): Buffer =>
  Buffer.concat([
    queues.subarray(0, 8),
    ...packetsOf(queues).flatMap(({ receiver, bytes }) => (ids.has(receiver) ? [] : [bytes])),
  ]);

const isExtern = (facts: Field[]): boolean => ((numberField(facts, UNIX.special) ?? 0) & EXTERN) !== 0;
const leadsOut = (peer: Socket | undefined): boolean => peer === undefined || isExtern(peer.facts);

function socketOf(bytes: Buffer): Socket[] {
  const entry = bytesField(fieldsOf(bytes), FILE.unix);
  if (!entry) return [];
  const facts = fieldsOf(entry.value as Buffer);
  const of = (number: number): number => numberField(facts, number) ?? 0;
  return [{ id: of(NEW.id), inode: of(UNIX.inode), peer: of(UNIX.peer), facts }];
}

/**
 * Writes an entry as fix_external_unix_sockets in criu/sk-unix.c does; required messages are taken from another socket.
 */
function externEntry(id: number, inode: number, { facts }: Socket): Buffer {
  const copied = (number: number) =>
    contentBytes(number, (bytesField(facts, number)?.value as Buffer | undefined) ?? Buffer.alloc(0));
  const socket = Buffer.concat([
    numberBytes(NEW.id, id),
    numberBytes(NEW.inode, inode),
    numberBytes(NEW.type, SOCK_DGRAM),
    numberBytes(NEW.state, LISTEN),
    numberBytes(NEW.flags, 0),
    numberBytes(NEW.special, EXTERN),
    numberBytes(NEW.backlog, 0),
    numberBytes(NEW.peer, 0),
    copied(NEW.owner),
    copied(NEW.options),
    contentBytes(UNIX.name, Buffer.alloc(0)),
  ]);
  return framed(
    Buffer.concat([
      numberBytes(FILE.type, TYPE_UNIX),
      numberBytes(FILE.id, id),
      contentBytes(FILE.unix, socket),
    ]),
  );
}
