import type { Socket } from 'node:net';
import { EngineError } from '../../shared/errors/index.ts';
import { sendLine } from '../../shared/protocol/lines.ts';
import type { ProgramMessage, Word } from '../../shared/protocol/messages.ts';

/**
 * The handshake with the agent: what a member says and waits for a word on; if the agent refuses or goes away instead,
 * the checkpoint has failed.
 */
export class GoAhead {
  #answered: ((word: Word) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  #refusal: Error | undefined;

  /** Begins a new checkpoint. */
  begin(): void {
    this.#refusal = undefined;
  }

  ask(socket: Socket, message: ProgramMessage): Promise<Word> {
    return new Promise<Word>((resolve, reject) => {
      if (this.#refusal) return reject(this.#refusal);
      this.#failed = reject;
      const gone = () => reject(new EngineError('the process that was to dump this program has gone away'));
      if (socket.destroyed) return gone();
      socket.once('close', gone);
      this.#answered = (word) => {
        this.#answered = undefined;
        socket.off('close', gone);
        resolve(word);
      };
      sendLine(socket, message);
    }).finally(() => {
      this.#failed = undefined;
    });
  }

  answer(word: Word): void {
    this.#answered?.(word);
  }

  /** Refuses the go-ahead, also where nobody waits just now: then the next one who asks hears it. */
  refuse(error: Error): void {
    this.#refusal = error;
    this.#failed?.(error);
  }
}
