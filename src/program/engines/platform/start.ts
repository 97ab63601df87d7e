import { basename } from 'node:path';
import type { Addon } from '../../../shared/addon.ts';
import { EngineError } from '../../../shared/errors/index.ts';
import type { EngineName } from '../../../shared/protocol/engines.ts';
import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import type { Controller } from '../../checkpoint/controller.ts';
import { endWithParent } from '../../checkpoint/end-with-parent.ts';
import { takePart } from '../../checkpoint/take-part.ts';
import { Interlude } from '../../fixups/interlude.ts';
import { OWN_PID } from '../../fixups/own-pid.ts';
import type { Talk } from '../engine.ts';
import { isStrict, noteStrict } from './census-mode.ts';
import { PLATFORM, Platform } from './engine.ts';
import { equipMainThread, equipWorker } from './equip.ts';
import { answerHooks } from './http-hooks.ts';
import { Gvisor, hasGvisor } from './points/gvisor.ts';
import type { Point } from './points/point.ts';
import { controlDirectory, forgetOld, Sentinel } from './points/sentinel.ts';
import { WakeFile } from './points/wake-file.ts';
import { makeOwnRecord } from './record.ts';
import { watchForClones } from './watch/watch.ts';

/** Begins a cycle of this process's own. */
export type Begin = (point: Point) => Promise<void>;

/** Starts the preload of `crac run --engine platform`. */
export function startPlatform(): void {
  if (!isMainThread()) {
    equipWorker();
    return;
  }
  const { CRAC_RECORD = '' } = process.env;
  // A child of the program has the program for its parent, not the record's owner.
  if (String(process.ppid) !== basename(CRAC_RECORD)) return;
  endWithParent(process.ppid);
  noteStrict(CRAC_RECORD);
  start(CRAC_RECORD, false);
}

/** Starts the preload of `--require node-crac/platform`: no `crac` stands around this program. */
export function startAlone(): void {
  if (!isMainThread()) {
    equipWorker();
    return;
  }
  isStrict(); // a wrong value is said at the start, not at a checkpoint
  const record = ownRecord();
  start(record ?? NO_RECORD, record === undefined);
}

/**
 * Makes a record of our own. Where nothing can be written, whatever comes over the program's own loop, or from the
 * kernel, works as well.
 */
function ownRecord(): string | undefined {
  try {
    const record = makeOwnRecord(PLATFORM);
    noteStrict(record);
    return record;
  } catch (error) {
    process.stderr.write(`crac: \`crac notify\` cannot find this program: ${(error as Error).message}\n`);
    return undefined;
  }
}

const NO_RECORD = `/nonexistent/node-crac-${process.pid}`;

/** Starts the part for a platform that only this program speaks with: nobody else has to find it. */
export function startUnseen(): { begin: Begin; record: string } {
  return { begin: start(NO_RECORD, true, false), record: NO_RECORD };
}

export const isMainThread = (): boolean =>
  (require('node:worker_threads') as typeof import('node:worker_threads')).isMainThread;

/**
 * @param watches false where the platform speaks with the program: it freezes it between requests, too, and says when
 * it is a copy
 */
function start(record: string, isAlone: boolean, watches = true): Begin {
  if (process.env.SNAPSHOT_RESTORE_STANDBY === '1') standBy();
  const { addon, generation, runtime, newCopy, fixups } = equipMainThread(record);
  const given = new Map<Talk, Point>();
  const engine = new Platform(fixups, (talk, own) => given.get(talk) ?? new WakeFile(talk, own));
  const controller = takePart({
    record,
    addon: addon as Addon | undefined,
    runtime,
    engine,
    interlude: new Interlude(generation, addon),
    program: () => OWN_PID,
    newCopy,
    isAlone,
  });
  const begin: Begin = async (point) => {
    const talk = new OwnTalk();
    given.set(talk, point);
    await controller.begin(requestOf(engine.name), talk).finally(() => given.delete(talk));
  };
  const control = controlDirectory();
  if (control !== undefined) forgetOld(control);
  runtime.engine = {
    name: engine.name,
    checkpointRestore: () => begin(ownPoint(record, control)),
    ready: () => sayReady(controller, isAlone),
  };
  answerHooks(begin, record);
  if (watches) watchForClones(() => fixups.inUnknownCopy());
  return begin;
}

/** Returns the point of a platform where the program itself says that now is the moment. */
function ownPoint(record: string, control: string | undefined): Point {
  if (control !== undefined) return new Sentinel(control, record);
  if (hasGvisor()) return new Gvisor(record);
  throw new EngineError(
    'this platform has no point of its own at which a program can ask to be frozen: no /proc/gvisor/checkpoint, no ' +
      `SNAPSHOT_CONTROL_DIR. Whoever freezes it calls\n  crac notify before-checkpoint ${process.pid}`,
  );
}

function sayReady(controller: Controller, isAlone: boolean): void {
  if (!isAlone) controller.sayReady();
}

function requestOf(engine: EngineName): CheckpointRequest {
  return {
    op: 'checkpoint',
    by: 'api',
    engine,
    image: '',
    leaveRunning: false,
    dryRun: false,
    printResources: false,
    strict: isStrict(),
    // The program asks by itself: the request by which it was asked to, if there was one, is not waited for.
    company: { members: [], asker: OWN_PID },
  };
}

/** The conversation of a program with nobody else: what there is to say is said to the user. */
class OwnTalk implements Talk {
  readonly together = undefined;

  tell(message: Parameters<Talk['tell']>[0]): void {
    if (message.event === 'note') process.stderr.write(`crac: note: ${message.text}\n`);
  }

  ask(): ReturnType<Talk['ask']> {
    throw new EngineError('nobody has been asked');
  }

  end(): void {}
}

/** Stands by as ai-dynamo's placeholder, in whose place the restored process is put: nothing is loaded. */
function standBy(): never {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  for (;;) Atomics.wait(sleeper, 0, 0);
}
