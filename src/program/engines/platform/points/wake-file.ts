import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serializeError } from '../../../../shared/errors/index.ts';
import { pauseFiles } from '../../../../shared/protocol/pause-files.ts';
import { programDetails } from '../../../checkpoint/details.ts';
import { parsePayload } from '../../../fixups/payload.ts';
import type { Standstill, Talk } from '../../engine.ts';
import { take, tellOutcome } from '../../portable/wake-file.ts';
import { restoredWith } from '../fixups.ts';
import type { Standing } from './point.ts';

const LOOK_EVERY = 20;
/** The default time in milliseconds after which nobody is expected to come any more. */
const LIMIT = 600_000;

/**
 * The standstill that a script asks for by `crac notify`; the script says later, perhaps in many copies, that it is
 * over.
 */
export class WakeFile implements Standing {
  readonly #talk: Talk;
  readonly #own: Standstill;
  readonly #directory: string;
  readonly #limit: number;
  #isAwaited = false;

  constructor(talk: Talk, own: Standstill, limit = LIMIT) {
    this.#talk = talk;
    this.#own = own;
    this.#limit = limit;
    this.#directory = join(own.record, 'notify');
  }

  async ready(): Promise<void> {
    const files = pauseFiles(this.#directory);
    rmSync(this.#directory, { recursive: true, force: true });
    mkdirSync(this.#directory, { mode: 0o700 });
    writeFileSync(files.paused, `${process.pid}\n`, { mode: 0o600 });
    await this.#talk.ask({ event: 'pausable', details: programDetails() });
  }

  stand(): string {
    const files = pauseFiles(this.#directory);
    const note = join(this.#own.record, 'paused');
    writeFileSync(note, this.#directory, { mode: 0o600 });
    this.#talk.end();
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    const end = performance.now() + this.#limit;
    try {
      for (;;) {
        const message = take(files.wake, files.woken);
        if (message !== undefined) {
          this.#isAwaited = true;
          return restoredWith(this.#own.record, parsePayload(message).environment);
        }
        if (!existsSync(files.paused))
          return 'Fthe directory of this program was removed while it stood still';
        // Whoever was to come has been forgotten, or is gone: this may be the machine or a copy of it.
        if (performance.now() > end) return restoredWith(this.#own.record);
        Atomics.wait(sleeper, 0, 0, LOOK_EVERY);
      }
    } finally {
      rmSync(note, { force: true });
    }
  }

  over(): void {
    this.#own.open();
  }

  /** Tells whoever has woken this process, who waits for its hooks. */
  concluded(error?: unknown): void {
    if (this.#isAwaited)
      tellOutcome(this.#directory, error === undefined ? undefined : serializeError(error));
  }
}
