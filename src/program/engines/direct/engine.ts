import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Addon } from '../../../shared/addon.ts';
import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import { dumpTogether, type Standing } from '../../checkpoint/dump-together.ts';
import type { Fixups, InsideEngine, Outcome, Standstill, Talk } from '../engine.ts';
import { DIRECT_ABILITIES } from './abilities.ts';

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

  dump(request: CheckpointRequest, talk: Talk, own: Standstill): Promise<Outcome> {
    const addon = this.#addon;
    return dumpTogether(
      { request, talk, own, addon, fixups: this.fixups },
      (standing) => this.#stand(standing, own.record),
      closeSync,
    );
  }

  ask(record: string, request: string): void {
    this.#addon.startApart([process.execPath, join(__dirname, 'cli.js'), '__agent', record, request]);
  }

  #stand({ mailbox, stdio, last }: Standing, record: string): string {
    last();
    const slots = stdio.flatMap(({ fd, slot }) => [fd, slot]);
    const message = this.#addon.directStand(join(record, 'dump.sock'), mailbox, join(record, 'mark'), slots);
    if (message[0] !== 'R') closeSync(mailbox);
    return message;
  }
}
