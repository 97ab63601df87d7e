import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { CheckpointError, describeErrors, EngineError } from '../../../shared/errors/index.ts';
import { continueAll, descendants, endNamespace } from '../../../shared/process-tree.ts';
import type { CheckpointRequest } from '../../../shared/protocol/messages.ts';
import type { ProgramRecord } from '../../../shared/protocol/record.ts';
import { tellParent } from '../../../shared/protocol/tell-parent.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import type { CheckpointResult } from '../../checkpoint/checkpoint.ts';
import { Company } from '../../checkpoint/company/company.ts';
import type { Participant } from '../../checkpoint/company/participant.ts';
import { standStill } from '../../checkpoint/company/stand-still.ts';
import { Interruption } from '../../checkpoint/interruption.ts';
import { Hold } from '../../checkpoint/lease.ts';
import { checkPackageStands } from '../../checkpoint/package-replaced.ts';
import { refuseProtectionKeys } from '../../checkpoint/protection-keys.ts';
import { refuseLostProtections } from '../../checkpoint/protections.ts';
import { checkRoom } from '../../checkpoint/room.ts';
import { asCommandError } from '../../checkpoint/system-error.ts';
import { nativeGeneratorNotes } from '../../checkpoint/tree/native-generators.ts';
import { foreignNotes, lastingStrangers, strangers } from '../../checkpoint/tree/strangers.ts';
import { checkDestination, checkWritable, keepLog } from '../../image/directory.ts';
import { makeLocked, partialPath, removeLeftovers } from '../../image/partial.ts';
import { publish } from '../../image/publish.ts';
import type { EngineCheckpoint } from '../engine.ts';
import { inheritedStdio, stdinIsNonblocking } from './dump/inherited-stdio.ts';
import { checkReachable } from './dump/reachable.ts';
import { criu } from './engine.ts';
import { openOlderPageFile } from './image/cow/older-page-file.ts';
import { describeImage, workingDirectory } from './image.ts';
import { dump } from './install/dump.ts';
import { findCriu } from './install/find.ts';
import { warmKdat } from './install/kdat.ts';
import { standIns } from './install/stub-libraries.ts';
import { DUMP_LOG } from './log-name.ts';

/** Has the program stand still, dumps it, and puts the image under its name before the program is ended. */
export async function dumpProgram(asked: EngineCheckpoint): Promise<CheckpointResult> {
  const { options, image, connection } = asked;
  const company = new Company(options.record, requestOf(options, image), options, connection);
  try {
    return await carryOut(asked, company);
  } finally {
    company.close();
  }
}

async function carryOut({ options, image }: EngineCheckpoint, company: Company): Promise<CheckpointResult> {
  const { record, progress } = options;
  const settings = { ...record.engineSettings, ...options.engine?.settings };
  const binary = await findCriu(settings.path === undefined ? {} : { path: settings.path });
  await checkDestination(image);
  await checkWritable(image);
  removeLeftovers(image);
  await checkReachable(record);
  await checkPackageStands(record);
  if (record.init !== undefined) refuseProtectionKeys(record.init);
  if (record.init !== undefined) refuseLostProtections(record.init);
  // Restores on this machine start some 25 ms sooner; without it they work as well.
  const warmed = warmKdat(binary).catch(() => undefined);
  const light = standIns(binary.path);
  const { init, program } = record;
  if (init === undefined || program === undefined)
    throw new CommandError('the program is still being started', EXIT.target);
  const strange = await lastingStrangers(init);
  for (const text of [...foreignNotes(init), ...nativeGeneratorNotes(init)]) options.note(text);
  if (!(await company.hooks(true, strange))) return { kind: 'dry-run', image, size: 0, frozen: 0 };
  const older = await openOlderPageFile(init);
  const proc = `/proc/${init}/root/proc`;
  await company.prepare().catch((error) => company.refuse(error, nobodyStands));
  const { details } = company;
  const children = inheritedStdio(proc, program, details.stdioTargets);
  const inherit = [
    ...details.stdio.map(({ fd, slot }) => ({ slot, name: `/memfd:crac-fd${fd}` })),
    ...children.inherit,
  ];
  const cwd = await workingDirectory(record);
  const nonblockingStdin = stdinIsNonblocking(proc, program);
  await checkRoom(image, descendants(init)).catch((error: Error) =>
    company.refuse(new EngineError(error.message), nobodyStands),
  );
  const interruption = new Interruption();
  const partial = partialPath(image);
  await writeMailboxes(record, company);
  const hold = await Hold.take(record, details.mailbox, partial);
  const started = performance.now();
  let woken = true; // until it stands still
  let published: CheckpointResult | undefined;
  const write = async ({ pid, details: of, isProgram }: Participant, text: string) => {
    const gone = isProgram ? ended : childEnded;
    await writeFile(`${proc}/${pid}/fd/${of?.mailbox}`, text).catch(gone);
  };
  const wake = async (text: string) => {
    if (woken) return;
    woken = true;
    continueAll(descendants(init));
    for (const each of [...company.members].reverse()) await write(each, text);
  };
  try {
    await standStill(company, options.asker, write).catch((error) => company.refuse(error, write));
    woken = false;
    progress('dumping');
    // Only now: a program that watches its own directory would come to watch this one.
    await makeLocked(partial);
    const cut = await dump({
      options,
      image,
      partial,
      criu: binary.path,
      settings,
      older,
      children,
      given: new Set([...inherit.map(({ name }) => name), ...(cwd ? [cwd.slice(1)] : [])]),
      hold,
      interruption,
      init,
      program,
    });
    checkStrangers(init); // now nothing is started any more
    refuseProtectionKeys(init); // again: now nobody can take one any more
    refuseLostProtections(init);
    const manifest = await describeImage(
      options,
      details,
      partial,
      { ...binary, standIns: await light },
      older,
      { inherit, nonblockingStdin, cut, cwd },
    );
    interruption.check();
    await publish(partial, image, options.note);
    published = {
      kind: options.leaveRunning ? 'left-running' : 'checkpointed',
      image,
      size: manifest.size,
      frozen: performance.now() - started,
    };
    await warmed;
    if (options.leaveRunning) {
      await wake('C');
      return published;
    }
    await tellParent(connect, record.directory, 'D');
    woken = true;
    await endNamespace(init);
    return published;
  } catch (error) {
    if (published) return afterPublish(published, error as Error, init, options.note);
    const log = await keepLog(partial, image, interruption.came ? undefined : DUMP_LOG);
    const said = asCommandError(error, `write the image ${image}`);
    const message = `${said.message}${log ? `\nthe engine's log: ${log}; what it means and what to do:\n  crac explain ${log}` : ''}`;
    await wake(`F${message}`);
    throw new CommandError(message, said.exitCode, { cause: error });
  } finally {
    await older?.file.close();
    hold.release();
    interruption.end();
  }
}

/** @throws CommandError that names the Node processes without the preload */
function checkStrangers(init: number): void {
  const found = strangers(init);
  if (found.length > 0) throw new CommandError(describeErrors(new CheckpointError(found)), EXIT.failed);
}

const requestOf = (options: EngineCheckpoint['options'], image: string): CheckpointRequest => ({
  op: 'checkpoint',
  by: options.by,
  engine: criu.name,
  image,
  leaveRunning: options.leaveRunning,
  dryRun: options.dryRun,
  printResources: options.printResources === true,
  ...(options.wait !== undefined && { wait: options.wait }),
  strict: options.strict ?? options.record.strict,
  ...(options.collect && { collect: options.collect }),
  company: { members: [], ...(options.asker !== undefined && { asker: options.asker }) },
});

/** Where init looks for those that stand still, should this process be killed (native/supervisor/init.c). */
async function writeMailboxes({ directory }: ProgramRecord, { mailboxes }: Company): Promise<void> {
  const lines = mailboxes.map(({ pid, mailbox }) => `${pid} ${mailbox}\n`);
  await writeFile(join(directory, 'mailboxes'), lines.join(''), { mode: 0o600 });
}

const nobodyStands = async (): Promise<void> => {};

function childEnded(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
}

/** @throws CommandError if the program, to be woken up, is gone; anything else as it is */
function ended(error: NodeJS.ErrnoException): never {
  if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
  throw new CommandError(
    'the program ended while it was being checkpointed; no image was made',
    EXIT.failed,
    {
      cause: error,
    },
  );
}

/** The image is under its name: whatever happens to the program now, that is what this command says. */
async function afterPublish(
  result: CheckpointResult,
  error: Error,
  init: number,
  note: (text: string) => void,
): Promise<CheckpointResult> {
  if (descendants(init).length === 0) {
    note('the program was ended by somebody else when its image was complete');
    return { ...result, kind: 'checkpointed' };
  }
  note(`the image is complete; ${error.message}`);
  if (result.kind === 'checkpointed') await endNamespace(init);
  return result;
}
