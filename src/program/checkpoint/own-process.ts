import { dirname } from 'node:path';
import type { Addon } from '../../shared/addon.ts';
import { EngineError, serializeError } from '../../shared/errors/index.ts';
import type {
  CheckpointRequest,
  Collection,
  Company,
  SerializedRandomness,
} from '../../shared/protocol/messages.ts';
import { hasAdapter } from '../adapters/known.ts';
import { pidNames } from '../adapters/pid-names.ts';
import type { Adapters } from '../adapters/registry.ts';
import type { Fixups, Outcome, Standstill, Talk } from '../engines/engine.ts';
import type { Interlude } from '../fixups/interlude.ts';
import type { NewCopy } from '../fixups/new-copy.ts';
import { OWN_PID } from '../fixups/own-pid.ts';
import { runningWorkers } from '../fixups/running-workers.ts';
import { rowsOfWorkers } from '../fixups/worker-copy.ts';
import { attentiveWorkers } from '../fixups/worker-environment.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { Control } from './control.ts';
import type { DescriptorCheck } from './descriptor-check.ts';
import { FrontDoor } from './front-door.ts';
import { Quiescence } from './quiesce.ts';

/**
 * The time in milliseconds in which a Worker whose loop turns answers, also on a busy machine; the program goes on
 * meanwhile.
 */
const LOOK_LIMIT = 1000;

export interface Parts {
  /** False in a child of the program's first process. */
  isProgram: boolean;
  record: string;
  /** Undefined in the engines that need nothing native. */
  addon: Addon | undefined;
  fixups: Fixups;
  interlude: Interlude;
  descriptors: DescriptorCheck;
  adapters: Adapters;
  /** Absent in the engines that make no copies. */
  newCopy?: NewCopy | undefined;
  control: Control;
  /** Tells whether the program has hooks that run in a copy: it may not serve anybody before. */
  awaitsHooks(): boolean;
}

/** This process in a checkpoint: what it has open and has drawn, and how it comes to a standstill. */
export class OwnProcess implements Standstill {
  readonly isProgram: boolean;
  readonly #parts: Parts;
  readonly #quiescence: Quiescence;

  constructor(parts: Parts) {
    this.isProgram = parts.isProgram;
    this.#parts = parts;
    const { adapters, fixups, addon } = parts;
    this.#quiescence = new Quiescence(
      adapters,
      fixups,
      addon && new FrontDoor(addon, (path) => dirname(path) === this.record),
    );
  }

  get record(): string {
    return this.#parts.record;
  }

  /** @returns an error for each open descriptor that nobody accounts for */
  async census(request: CheckpointRequest, talk: Talk): Promise<Error[]> {
    const { adapters, descriptors, addon, newCopy } = this.#parts;
    const { dryRun, printResources, company, strict = false } = request;
    const note = (text: string) => talk.tell({ event: 'note', text });
    for (const text of [...adapters.takeNotes(), ...pidNames()]) note(text);
    if (!descriptors.isPossible)
      talk.tell({ event: 'progress', text: `descriptors cannot be checked on ${process.platform}` });
    if (dryRun && newCopy?.letGo()) {
      if (addon) await collectGarbage(addon, 'all');
      await this.#tellRandomness(talk);
    }
    return descriptors.take({
      record: this.record,
      adapters,
      members: company?.members ?? [],
      table:
        dryRun || printResources ? (rows) => talk.tell({ event: 'census', descriptors: rows }) : undefined,
      strict,
      note,
      engine: request.engine,
      obstacles: (engine, errors) =>
        talk.tell({ event: 'obstacles', engine, errors: errors.map(serializeError) }),
      children: (children) => talk.tell({ event: 'children', children }),
    });
  }

  async collect(talk: Talk, collection: Collection): Promise<void> {
    const { addon, newCopy, interlude } = this.#parts;
    newCopy?.letGo();
    interlude.begin();
    if (addon) await collectGarbage(addon, collection);
    interlude.end();
    await this.#tellRandomness(talk); // now it is known what has gone
  }

  async #tellRandomness(talk: Talk): Promise<void> {
    const { newCopy } = this.#parts;
    newCopy?.findDerived();
    const own = [
      ...(newCopy?.rows() ?? []),
      ...(await rowsOfWorkers(await attentiveWorkers(runningWorkers().ids, LOOK_LIMIT))),
    ];
    const rows = this.isProgram ? own : own.map((row) => ({ ...row, process: OWN_PID }));
    if (rows.length > 0) talk.tell({ event: 'randomness', rows });
    for (const row of rows)
      if (row.action === 'gone' && !hasAdapter(row.place)) talk.tell({ event: 'note', text: derived(row) });
  }

  quiesce<T>(
    { by, company }: CheckpointRequest,
    others: Parameters<Quiescence['whenReached']>[1],
    freeze: () => T,
  ) {
    return this.#quiescence.whenReached<T>(by === 'api' && company?.asker === OWN_PID, others, freeze);
  }

  beforeFreeze(company?: Company): () => void {
    const { interlude, fixups } = this.#parts;
    interlude.begin();
    fixups.beforeFreeze(company);
    return interlude.end.bind(interlude);
  }

  setAside(addon: Addon): (restored: string | undefined) => void {
    return this.#parts.descriptors.setAside(addon);
  }

  wake(message: string): Outcome {
    const restored = message[0] === 'R';
    if (restored) this.#parts.record = this.#parts.fixups.afterRestore(message);
    if (restored && this.#parts.awaitsHooks()) this.#quiescence.hold();
    if (restored) return { kind: 'restored' };
    if (message[0] === 'C') return { kind: 'continued' };
    throw new EngineError(message.slice(1) || 'the engine failed');
  }

  /** Lets clients in that a copy has kept waiting: its hooks are done. */
  admit(): void {
    this.#quiescence.admit();
  }

  open(): void {
    this.#parts.control.open(this.record);
  }
}

const derived = ({ bytes, place, thread }: SerializedRandomness): string =>
  `${bytes} random bytes were drawn at ${place}${thread ? `, ${thread}` : ''}, and their memory is gone: if ids are cut from what was made of them (a string, a list), all copies make the same ones. Draw anew in onCopy() (docs/library.md).`;
