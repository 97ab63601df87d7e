import { Socket } from 'node:net';

/** The stream that is corked while `write` runs: of a library that keeps it private and corks it to write. */
export function corkedBy(write: () => void): Socket | undefined {
  let found: Socket | undefined;
  // Not Writable's own: streams of both kinds have copies of its methods.
  const { cork } = Socket.prototype;
  Socket.prototype.cork = function look(this: Socket) {
    found = this;
    return cork.call(this);
  };
  try {
    write();
  } finally {
    Reflect.deleteProperty(Socket.prototype, 'cork'); // the one that it inherits is there again
  }
  return found;
}
