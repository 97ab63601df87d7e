import type { Socket } from 'node:net';
import { refused } from './refusal.ts';

const NUL = 0;

/** Messages of a process that writes itself, each with a NUL behind it. */
export class Words {
  readonly #socket: Socket;
  readonly #said: string[] = [];
  readonly #waiting: ((said: string | undefined) => void)[] = [];
  #rest: Buffer[] = [];
  #isOver = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => this.#take(bytes));
    socket.once('close', () => {
      this.#isOver = true;
      for (const each of this.#waiting.splice(0)) each(undefined);
    });
  }

  say(text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(`${text}\0`);
  }

  /** @returns undefined when the process has closed its end */
  next(): Promise<string | undefined> {
    if (this.#said.length > 0 || this.#isOver) return Promise.resolve(this.#said.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves when the process has closed its end, as it does when it ends. */
  async ended(): Promise<void> {
    if (!this.#isOver) await new Promise<void>((resolve) => this.#socket.once('close', () => resolve()));
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    let from = 0;
    for (let end = bytes.indexOf(NUL); end >= 0; end = bytes.indexOf(NUL, from)) {
      const said = Buffer.concat([...this.#rest.splice(0), bytes.subarray(from, end)]).toString();
      const waiting = this.#waiting.shift();
      if (waiting) waiting(said);
      else this.#said.push(said);
      from = end + 1;
    }
    if (from < bytes.length) this.#rest.push(bytes.subarray(from));
  }
}

/**
 * Has an image written.
 * @param ended makes the error of a process that closes its end instead
 * @returns the messages before the last one
 */
export async function written(words: Words, directory: string, ended: () => Error): Promise<string[]> {
  const before: string[] = [];
  words.say(`W${directory}`);
  for (;;) {
    const said = await words.next();
    if (said === undefined) throw ended();
    if (said === 'D') return before;
    if (said[0] === 'F') throw refused(said);
    before.push(said);
  }
}
