import type { Socket } from 'node:net';
import { EngineError } from '../errors/index.ts';
import { sendLine } from '../protocol/lines.ts';
import type { ProgramMessage } from '../protocol/messages.ts';

/** The agent's word, which the program waits for before it stands still. */
export class Consent {
  #go: (() => void) | undefined;
  #refused: ((error: Error) => void) | undefined;

  /** Tells the agent, and waits for its word; if it goes away instead, the checkpoint has failed. */
  ask(socket: Socket, message: ProgramMessage): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#refused = reject;
      const gone = () => reject(new EngineError('the process that was to dump this program has gone away'));
      if (socket.destroyed) return gone();
      socket.once('close', gone);
      this.#go = () => {
        this.#go = undefined;
        socket.off('close', gone);
        resolve();
      };
      sendLine(socket, message);
    }).finally(() => {
      this.#refused = undefined;
    });
  }

  give(): void {
    this.#go?.();
  }

  /** @returns false if nobody waits for it */
  refuse(error: Error): boolean {
    this.#refused?.(error);
    return this.#refused !== undefined;
  }
}
