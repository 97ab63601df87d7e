import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Addon } from '../../../shared/addon.ts';
import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import { dumpTogether, type Standing } from '../../checkpoint/dump-together.ts';
import { OWN_PID } from '../../fixups/own-pid.ts';
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
      (standing) => standDirect(addon, standing, own),
      closeSync,
    );
  }

  ask(record: string, request: string): void {
    askApart(this.#addon, record, request);
  }
}

/** Has somebody who is no child of this process carry out a checkpoint. */
export function askApart(addon: Addon, record: string, request: string): void {
  addon.startApart([process.execPath, join(__dirname, 'cli.js'), '__agent', record, request]);
}

/**
 * Stands still while this process writes itself.
 *
 * @param another stands still as another engine wants it, which the agent may ask for as long as nothing is written
 */
export function standDirect(
  addon: Addon,
  { mailbox, stdio, last }: Standing,
  { record, isProgram }: Standstill,
  another?: (last: () => void) => string,
): string {
  last();
  const slots = stdio.flatMap(({ fd, slot }) => [fd, slot]);
  const message = addon.directStand(
    join(record, isProgram ? 'dump.sock' : 'dump-members.sock'),
    mailbox,
    slots,
    isProgram ? 0 : OWN_PID,
  );
  if (message[0] === 'X' && another) return another(() => closeSync(Number(message.slice(1))));
  if (message[0] !== 'R') closeSync(mailbox);
  return message;
}
