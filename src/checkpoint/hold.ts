import { connect, type Socket } from 'node:net';
import type { ProgramRecord } from '../protocol/record.ts';
import { socketPath } from '../protocol/socket-path.ts';

/**
 * A connection to the program's parent that lasts as long as this process and the engine work on the program. If it
 * ends without `release()`, both were killed: the parent then wakes the program and removes what was written
 * (native/launcher/broker.c).
 */
export class Hold {
  /** To be inherited by the engine's process. */
  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static take(record: ProgramRecord, mailbox: number, partial: string): Promise<Hold> {
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath(record.directory, 'parent.sock'), () =>
        socket.write(`H${mailbox} ${partial}`),
      );
      socket.once('data', () => resolve(new Hold(socket)));
      socket.on('error', reject);
    });
  }

  release(): void {
    this.socket.on('error', () => {}); // the parent has ended with its program
    this.socket.end('R');
  }
}
