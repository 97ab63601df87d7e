import { Socket } from 'node:net';

/** Returns the stream that is corked while `write` runs, of a library that keeps it private and corks it to write. */
export function corkedBy(write: () => void): Socket | undefined {
  let found: Socket | undefined;
  // Writable's own method would not do: streams of both kinds have copies of its methods.
  const { cork } = Socket.prototype;
  Socket.prototype.cork = function look(this: Socket) {
    found = this;
    return cork.call(this);
  };
  try {
    write();
  } finally {
    Reflect.deleteProperty(Socket.prototype, 'cork'); // the inherited method is there again
  }
  return found;
}
