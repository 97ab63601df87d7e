import type { Fields } from './shapes.ts';

const { now: wallClock } = Date;

/** The time in milliseconds after which an answer is not waited for any more: the program has given up too. */
const FORGET = 30_000;

/** Unanswered questions that the program has asked over a queue, with where to answer (`replyTo`). */
export class Answers {
  readonly #awaited = new Map<string, { since: number; piece: object }>();

  /** @param properties of a message that the program sends */
  asked({ replyTo, correlationId }: Fields): void {
    if (typeof replyTo === 'string' && typeof correlationId === 'string')
      this.#awaited.set(correlationId, { since: wallClock(), piece: {} });
  }

  /** @param properties of a message that the program receives; those of an answer have no place for another answer */
  came({ replyTo, correlationId }: Fields): void {
    if (replyTo === undefined) this.#awaited.delete(correlationId as string);
  }

  get awaited(): object[] {
    for (const [id, { since }] of this.#awaited) if (wallClock() - since > FORGET) this.#awaited.delete(id);
    return [...this.#awaited.values()].map(({ piece }) => piece);
  }
}
