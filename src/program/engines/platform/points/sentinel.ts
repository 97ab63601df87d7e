import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { restoredWith } from '../fixups.ts';
import type { Standing } from './point.ts';

const LOOK_EVERY = 20;

/** Returns the directory of ai-dynamo's contract, in which each side says by an empty file how far it is. */
export const controlDirectory = (): string | undefined => process.env.SNAPSHOT_CONTROL_DIR || undefined;

export const files = (directory: string) => ({
  ready: join(directory, 'ready-for-snapshot'),
  restored: join(directory, 'restore-complete'),
  serving: join(directory, 'node-crac-restore-ready'),
});

/** Removes files of an earlier run; the other side would take them for this one's. */
export function forgetOld(directory: string): void {
  rmSync(files(directory).ready, { force: true });
}

export class Sentinel implements Standing {
  readonly #files: ReturnType<typeof files>;
  readonly #record: string;
  #isRestored = false;

  constructor(directory: string, record: string) {
    this.#files = files(directory);
    this.#record = record;
  }

  async ready(): Promise<void> {
    rmSync(this.#files.restored, { force: true });
  }

  stand(): string {
    writeFileSync(this.#files.ready, '');
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    while (!existsSync(this.#files.restored)) Atomics.wait(sleeper, 0, 0, LOOK_EVERY);
    this.#isRestored = true;
    return restoredWith(this.#record);
  }

  concluded(error?: unknown): void {
    if (this.#isRestored && error === undefined) writeFileSync(this.#files.serving, '');
  }
}
