import { closeSync } from 'node:fs';
import type { Addon } from '../../../shared/addon.ts';
import { EngineError } from '../../../shared/errors/index.ts';

/** The time in milliseconds between two looks whether the child that has written the image has ended. */
const LOOK = 10;

const GONE =
  'the command that was to make the image has gone, so there is none; the program has gone on. Ask for it again';

// A program's fake timers must not hold up a checkpoint.
const { setTimeout } = globalThis;

/** The image of a program that goes on while a child of it writes it. */
export class BeingWritten {
  /** Settles when the image is under its name; rejects with the reason why there is none. */
  readonly outcome: Promise<void>;
  readonly #addon: Addon;
  readonly #child: number;
  readonly #mailbox: number;
  readonly #connection: import('node:net').Socket;

  /**
   * @param message of `directStand`: the child, and the descriptor of the connection to the command
   * @param mailbox stays open until then, because somebody who wakes programs may write there
   */
  constructor(addon: Addon, message: string, mailbox: number) {
    const [child = 0, fd = 0] = message.slice(1).split(' ').map(Number);
    const { Socket } = require('node:net') as typeof import('node:net');
    this.#addon = addon;
    this.#child = child;
    this.#mailbox = mailbox;
    this.#connection = new Socket({ fd });
    this.#connection.unref();
    this.outcome = this.#hear();
  }

  /** @param milliseconds that this program stood still */
  tell(milliseconds: number): void {
    this.#connection.write(`T${milliseconds}\0`);
  }

  #hear(): Promise<void> {
    return new Promise((resolve, reject) => {
      let heard = '';
      this.#connection.setEncoding('utf8');
      this.#connection.on('data', (text) => {
        heard += text;
      });
      this.#connection.on('error', () => {}); // its end says the same
      this.#connection.once('close', () => {
        closeSync(this.#mailbox);
        this.#reap();
        if (heard.startsWith('K')) resolve();
        else reject(new EngineError(heard.replace(/\0$/, '').slice(1) || GONE));
      });
    });
  }

  /** The child ends by itself, when it has been seen or the command has gone; no signal tells of it. */
  #reap(): void {
    if (this.#addon.reap(this.#child)) return;
    setTimeout(() => this.#reap(), LOOK).unref();
  }
}
