import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { Addon } from '../../shared/addon.ts';
import { EngineError } from '../../shared/errors/index.ts';
import type { CheckpointRequest, StdioDescriptor } from '../../shared/protocol/messages.ts';
import type { Fixups, Outcome, Standstill, Talk } from '../engines/engine.ts';
import { youngCollector } from './collect-garbage.ts';
import { readyDetails } from './details.ts';
import { endSpoiled } from './end-copy.ts';
import { stdioDescriptors } from './stdio.ts';

// A program's fake timers must not hold up a checkpoint.
const { setImmediate } = globalThis;

/**
 * Runs `action` after waiting clients were served: their connections are accepted in one turn of the loop, read in the
 * next.
 */
const afterWaitingRequest = (action: () => void) => setImmediate(setImmediate, action);

function takePartAgain(addon: Addon, own: Standstill): void {
  addon.noteWrittenPages();
  own.open();
}

const nothing = async (): Promise<void> => {};

export interface Dump {
  request: CheckpointRequest;
  talk: Talk;
  own: Standstill;
  addon: Addon;
  fixups: Fixups;
}

/** The state that an engine finds when everything is quiet, and this thread is to stand still. */
export interface Standing {
  /** The descriptor where the agent, and whoever restores, leaves its message. */
  mailbox: number;
  /** Descriptors that become the caller's own at restore. */
  stdio: StdioDescriptor[];
  parentSocket: () => string;
  /** The monotonic time in milliseconds since when this thread stands still. */
  since: number;
  /** False where the program has children that stand still with it. */
  isAlone: boolean;
  /** Closes the last connections, which tells the agent to dump; to be called when everything is in place. */
  last: () => void;
}

/**
 * Leads to a dump for which all processes of the program stand still at one moment, for engines that write images:
 * garbage is collected, the agent is told what it must know, everyone is quiet, policies are carried out.
 * @param stand stands still, and comes back with the message of whoever let go (engine.ts, `wake`); it closes the
 * mailbox unless the program was restored
 * @param ahead called before, while the program goes on
 * @param release called in a restored program that has been put right: waits until the program may be seen outside
 */
export async function dumpTogether(
  { request, talk, own, addon, fixups }: Dump,
  stand: (standing: Standing) => string,
  release: (mailbox: number) => void,
  ahead: () => Promise<void> = nothing,
): Promise<Outcome> {
  const { together } = talk;
  await own.collect(talk, request.collect ?? 'all');
  if (!together) throw new EngineError('the command and this program are of different versions of node-crac');
  const mailbox = addon.memoryFile('crac-mailbox');
  const emptyYoung = youngCollector();
  let stood = false;
  let isCopy = false;
  try {
    const stdio = own.isProgram ? stdioDescriptors() : []; // a child's streams are given again as they were
    await together.ready(readyDetails(mailbox, stdio, request.snapshot));
    await fixups.findWorkers();
    if (request.snapshot) {
      emptyYoung(); // not while the program stands still
      fixups.ahead?.();
    }
    await ahead();
    const others = {
      allQuiet: () => together.allQuiet(),
      busy: () => together.busy(),
      hold: () => together.hold(addon, mailbox),
    };
    return await own.quiesce(request, others, () => {
      const since = performance.now();
      const end = own.beforeFreeze(together.company);
      stood = true; // `stand` closes the mailbox
      try {
        return standStill(own, addon, mailbox, release, () => {
          if (!request.snapshot) emptyYoung(); // each copy would soon have to, just when it answers its first request
          const message = stand({
            mailbox,
            stdio: own.isProgram ? stdioDescriptors() : [],
            since,
            isAlone: together.isAlone,
            parentSocket: () => join(own.record, 'parent.sock'),
            last: () => talk.end(),
          });
          isCopy = message[0] === 'R';
          return message;
        });
      } finally {
        end();
      }
    });
  } catch (error) {
    if (isCopy) endSpoiled(error as Error);
    throw error;
  } finally {
    if (!stood) closeSync(mailbox);
    fixups.release();
    if (stood) afterWaitingRequest(takePartAgain.bind(undefined, addon, own));
  }
}

function standStill(
  own: Standstill,
  addon: Addon,
  mailbox: number,
  release: (mailbox: number) => void,
  stand: () => string,
): Outcome {
  const takeBack = own.setAside(addon);
  const message = stand();
  const restored = message[0] === 'R';
  try {
    return own.wake(message);
  } finally {
    takeBack(restored ? own.record : undefined);
    if (restored) release(mailbox);
  }
}
