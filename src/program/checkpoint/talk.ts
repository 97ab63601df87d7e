import type { Socket } from 'node:net';
import { sendLine } from '../../shared/protocol/lines.ts';
import type { CheckpointRequest, ProgramMessage, Word } from '../../shared/protocol/messages.ts';
import type { Talk } from '../engines/engine.ts';
import type { Control } from './control.ts';
import type { GoAhead } from './go-ahead.ts';
import { Together } from './together.ts';

/** The conversation about one checkpoint, on the connection by which it was asked for. */
export class Conversation implements Talk {
  readonly together: Together | undefined;
  readonly socket: Socket;
  readonly #goAhead: GoAhead;
  readonly #control: Control;

  constructor(socket: Socket, request: CheckpointRequest, goAhead: GoAhead, control: Control) {
    this.socket = socket;
    this.#goAhead = goAhead;
    this.#control = control;
    this.together = request.company && new Together(goAhead, socket, request);
    goAhead.begin();
  }

  tell(message: ProgramMessage): void {
    sendLine(this.socket, message);
  }

  ask(message: ProgramMessage): Promise<Word> {
    return this.#goAhead.ask(this.socket, message);
  }

  end(): void {
    this.#control.close();
    this.socket.destroy();
  }

  /** True when the agent has gone, or everything has been said. */
  get isOver(): boolean {
    return this.socket.destroyed;
  }

  /** Says the last word to an agent that asks this process alone. */
  fail(message: ProgramMessage): void {
    this.tell(message);
    this.socket.end();
  }
}
