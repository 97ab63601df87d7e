import { serializeError } from '../../../shared/errors/index.ts';
import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import { programDetails } from '../../checkpoint/details.ts';
import { CRIU_ABILITIES } from '../criu/abilities.ts';
import type { Fixups, InsideEngine, Outcome, Standstill, Talk } from '../engine.ts';
import { tellOutcome } from '../portable/wake-file.ts';
import { standStill } from './stand-still.ts';

/** The engine pause inside the program: the process stops where it is, until somebody wakes it. */
export class Pause implements InsideEngine {
  readonly name = 'pause';
  /** The rules of the engine criu: a checkpoint says what one with an image would say. */
  readonly abilities = CRIU_ABILITIES;
  readonly fixups: Fixups;
  /** The image directory by which somebody has woken the process, and waits there. */
  #woken: string | undefined;

  constructor(fixups: Fixups) {
    this.fixups = fixups;
  }

  async dump({ image }: CheckpointRequest, talk: Talk, own: Standstill): Promise<Outcome> {
    await talk.ask({ event: 'pausable', details: programDetails() });
    const end = own.beforeFreeze();
    try {
      const message = standStill({ image, record: own.record, last: () => talk.end() });
      // With another message there is no waker, and somebody may be removing the directory.
      if (message[0] === 'R') this.#woken = image;
      return own.wake(message);
    } finally {
      end();
      own.open();
    }
  }

  /** Tells the waker, which waits for the program's hooks. */
  concluded(error?: unknown): void {
    if (this.#woken === undefined) return;
    tellOutcome(this.#woken, error === undefined ? undefined : serializeError(error));
    this.#woken = undefined;
  }
}
