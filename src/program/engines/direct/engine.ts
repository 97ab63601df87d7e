import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Addon } from '../../../shared/addon.ts';
import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import { dumpTogether, type Standing } from '../../checkpoint/dump-together.ts';
import { OWN_PID } from '../../fixups/own-pid.ts';
import type { Fixups, InsideEngine, Outcome, Standstill, Talk } from '../engine.ts';
import { DIRECT_ABILITIES } from './abilities.ts';
import { askApart } from './ask-apart.ts';
import { BeingWritten } from './being-written.ts';

/**
 * The engine direct inside the program: the program writes itself into the image, and a restore becomes it; no other
 * process works on it.
 */
export class Direct implements InsideEngine {
  readonly name = 'direct';
  readonly abilities = DIRECT_ABILITIES;
  readonly fixups: Fixups;
  readonly #addon: Addon;

  constructor(fixups: Fixups, addon: Addon) {
    this.fixups = fixups;
    this.#addon = addon;
  }

  async dump(request: CheckpointRequest, talk: Talk, own: Standstill): Promise<Outcome> {
    const addon = this.#addon;
    const stand = new DirectStand(addon, request, own);
    const outcome = await dumpTogether(
      { request, talk, own, addon, fixups: this.fixups },
      (standing) => stand.now(standing),
      closeSync,
      () => stand.ahead(),
    );
    return stand.concluded(outcome);
  }

  ask(record: string, request: string): () => boolean {
    return askApart(this.#addon, record, request);
  }
}

/** The time in milliseconds in which what is read ahead is there, unless it is very much: then it is waited for. */
const PATIENCE = 1000;

// A program's fake timers must not hold up a checkpoint.
const { setImmediate, setTimeout } = globalThis;
const now = () => performance.now();

/** The reason why no child writes the image of several processes: each would need one, all of the same moment. */
const WITH_CHILDREN = 'it has child processes';

/** One standstill in which this process is written: by itself, or by a child of it while it goes on. */
export class DirectStand {
  readonly #addon: Addon;
  readonly #goesOn: boolean;
  readonly #own: Standstill;
  #begun: (() => BeingWritten) | undefined;
  #since = 0;

  constructor(addon: Addon, { snapshot = false }: CheckpointRequest, own: Standstill) {
    this.#addon = addon;
    this.#goesOn = snapshot;
    this.#own = own;
  }

  /** Reads what takes long while the program goes on. */
  async ahead(): Promise<void> {
    if (!this.#goesOn) return;
    this.#addon.directAhead();
    for (const end = now() + PATIENCE; !this.#addon.directIsAhead() && now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /**
   * Stands still.
   *
   * @param another stands still as another engine wants it, which the agent may ask for as long as nothing is written
   */
  now({ mailbox, stdio, since, isAlone, last }: Standing, another?: (last: () => void) => string): string {
    last();
    const slots = stdio.flatMap(({ fd, slot }) => [fd, slot]);
    const { record, isProgram } = this.#own;
    const snapshot = isAlone ? 'S' : `N${WITH_CHILDREN}`;
    const message = this.#addon.directStand(
      join(record, isProgram ? 'dump.sock' : 'dump-members.sock'),
      mailbox,
      slots,
      isProgram ? 0 : OWN_PID,
      this.#goesOn && isProgram ? snapshot : '',
    );
    if (message[0] === 'X' && another) return another(() => closeSync(Number(message.slice(1))));
    if (message[0] === 'S') {
      this.#since = since;
      this.#begun = () => new BeingWritten(this.#addon, message, mailbox);
      return 'C';
    }
    if (message[0] !== 'R') closeSync(mailbox);
    return message;
  }

  /** Tells the command how long this thread stood still, which it does no more. */
  concluded(outcome: Outcome): Outcome {
    const begun = this.#begun;
    if (!begun) return outcome;
    const stood = now() - this.#since;
    const image = new Promise<void>((resolve) => {
      // In the next turn: who has waited is served first.
      setImmediate(() => {
        const written = begun();
        written.tell(stood);
        resolve(written.outcome);
      });
    });
    image.catch(() => {}); // whoever wants to know asks later
    return { ...outcome, image };
  }
}
