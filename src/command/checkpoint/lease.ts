import { connect, type Socket } from 'node:net';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { socketPath } from '../../shared/protocol/socket-path.ts';
import { CommandError, EXIT } from '../base/command-error.ts';

/** The time in seconds in which the parent, which does nothing else, has answered. */
export const LIMIT = 10;

export const parentIsSilent = ({ parent }: Pick<ProgramRecord, 'parent'>, seconds: number): CommandError =>
  new CommandError(
    `the \`crac\` process ${parent} that runs the program does not answer within ${seconds} s; is it stopped?\n  ps -o pid,stat,wchan,args -p ${parent}`,
    EXIT.timeout,
  );

/**
 * A connection to the program's parent that lasts as long as this process and the engine work on the program. If it
 * ends without `release()`, both were killed: the parent then wakes the program and removes what was written
 * (native/supervisor/parent-socket.c).
 */
export class Lease {
  /** The socket, to be inherited by the engine's process. */
  readonly socket: Socket;

  private constructor(socket: Socket) {
    this.socket = socket;
  }

  static take(record: ProgramRecord, mailbox: number, partial: string): Promise<Lease> {
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath(record.directory, 'parent.sock'), () =>
        socket.write(`H${mailbox} ${partial}`),
      );
      const late = setTimeout(() => {
        socket.destroy();
        reject(parentIsSilent(record, LIMIT));
      }, LIMIT * 1000);
      socket.once('data', () => {
        clearTimeout(late);
        resolve(new Lease(socket));
      });
      socket.on('error', (error) => {
        clearTimeout(late);
        reject(error);
      });
    });
  }

  release(): void {
    this.socket.on('error', () => {}); // the parent has ended with its program
    this.socket.end('R');
  }
}
