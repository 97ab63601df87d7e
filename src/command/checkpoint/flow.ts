import { connect } from 'node:net';
import { EngineError } from '../../shared/errors/index.ts';
import type { CheckpointRequest, ReadyDetails } from '../../shared/protocol/messages.ts';
import { tellParent } from '../../shared/protocol/tell-parent.ts';
import { CommandError } from '../base/command-error.ts';
import type { Dump, Engine, EngineCheckpoint } from '../engines/engine.ts';
import { checkDestination, checkWritable, keepLog } from '../image/directory.ts';
import { makeLocked, partialPath, removeLeftovers } from '../image/partial.ts';
import { publish } from '../image/publish.ts';
import { Company } from './company/company.ts';
import { standStill } from './company/stand-still.ts';
import { Interruption } from './interruption.ts';
import { Lease } from './lease.ts';
import { Mailboxes, nobodyStands } from './mailboxes.ts';
import type { CheckpointOptions, CheckpointResult } from './options.ts';
import { checkRoom } from './room.ts';
import { asCommandError } from './system-error.ts';

/**
 * Takes a running program to an image, for every engine that writes one; here, and nowhere else, it is decided that
 * nothing is lost. The program goes on until the image is under its name, and after whatever fails before: it is woken,
 * what was written is removed, the engine's log is kept. After that the image counts: a failure is a note, and the
 * program ends as was asked for. A command that is killed has a lease of the program's parent, which wakes the program
 * instead.
 */
export async function writeImage(
  asked: EngineCheckpoint,
  engine: Engine,
  dump: Dump,
): Promise<CheckpointResult> {
  const { options, image, connection } = asked;
  const company = new Company(options.record, requestOf(asked, engine), options, connection);
  try {
    await checkDestination(image);
    await checkWritable(image);
    removeLeftovers(image);
    const problems = await dump.check();
    if (
      !(await company.hooks(true, problems, async (known) => (await dump.whenHooked?.(company, known)) ?? []))
    )
      return { kind: 'dry-run', image, size: 0, frozen: 0 };
    await company.prepare().catch((error) => company.refuse(error, nobodyStands));
    await dump.prepare(company.details as ReadyDetails);
    await checkRoom(image, dump.processes(), dump.meanwhile).catch((error: Error) =>
      company.refuse(new EngineError(error.message), nobodyStands),
    );
    return await dumpAndPublish(asked, engine, dump, company);
  } finally {
    await dump.close();
    company.close();
  }
}

const requestOf = ({ options, image }: EngineCheckpoint, { name, about }: Engine): CheckpointRequest => ({
  op: 'checkpoint',
  by: options.by,
  engine: name,
  image,
  leaveRunning: options.leaveRunning,
  ...(options.leaveRunning && about.makesSnapshots && { snapshot: true }),
  dryRun: options.dryRun,
  printResources: options.printResources === true,
  ...(options.wait !== undefined && { wait: options.wait }),
  strict: options.strict ?? options.record.strict,
  ...collectionOf(options),
  company: { members: [], ...(options.asker !== undefined && { asker: options.asker }) },
});

/** A collection of a large heap takes longer than all else for which a program that is left running stands still. */
const collectionOf = ({ collect, leaveRunning }: CheckpointOptions): Pick<CheckpointRequest, 'collect'> =>
  collect || leaveRunning ? { collect: collect ?? 'young' } : {};

/**
 * Dumps the program, which may stand still from here on, and publishes the image. When this returns or throws, the
 * program does not stand still.
 */
async function dumpAndPublish(
  { options, image }: EngineCheckpoint,
  { about }: Engine,
  dump: Dump,
  company: Company,
): Promise<CheckpointResult> {
  const { record, leaveRunning, progress, note } = options;
  const mailboxes = new Mailboxes(record, company);
  const interruption = new Interruption();
  const partial = partialPath(image);
  let lease: Lease | undefined;
  let stands = false;
  let published: CheckpointResult | undefined;
  const wake = async (text: string) => {
    if (!stands) return;
    stands = false;
    dump.letRun();
    await mailboxes.writeAll(text);
  };
  const goOn = async (inMailbox: string, otherwise: string) => {
    await wake(inMailbox);
    await dump.outcome?.(otherwise);
  };
  let stood: number | undefined;
  try {
    if (about.hasSupervisor) {
      mailboxes.note();
      lease = await Lease.take(record, company.details.mailbox, partial);
    }
    const started = performance.now();
    await standStill(company, options.asker, mailboxes.write).catch((error) =>
      company.refuse(error, mailboxes.write),
    );
    stands = true;
    progress('dumping');
    // Only now: a program that watches its own directory would come to watch this one.
    await makeLocked(partial);
    stood = await dump.write({ partial, lease, interruption, mailboxes });
    stands = stood === undefined;
    const { size } = await dump.describe(partial);
    interruption.check();
    await publish(partial, image, note);
    const kind = leaveRunning ? 'left-running' : 'checkpointed';
    published = { kind, image, size, frozen: stood ?? performance.now() - started };
    if (leaveRunning) {
      await goOn('C', 'K');
      return published;
    }
    if (about.hasSupervisor) await tellParent(connect, record.directory, 'D');
    stands = false;
    await dump.end();
    return published;
  } catch (error) {
    if (published) return await afterPublish(published, error as Error, dump, note);
    const log = await keepLog(partial, image, interruption.came ? undefined : about.log);
    const said = asCommandError(error, `write the image ${image}`);
    const message = `${said.message}${log ? `\nthe engine's log: ${log}; what it means and what to do:\n  crac explain ${log}` : ''}`;
    const failure = new CommandError(message, said.exitCode, { cause: error });
    failure.told = stands || stood !== undefined;
    await goOn(`F${message}`, `F${message}`);
    throw failure;
  } finally {
    lease?.release();
    interruption.end();
  }
}

/**
 * Ends or wakes the program, whose image is under its name: whatever happens to it now, the command reports the image.
 */
async function afterPublish(
  result: CheckpointResult,
  error: Error,
  dump: Dump,
  note: (text: string) => void,
): Promise<CheckpointResult> {
  if (dump.processes().length === 0) {
    note('the program was ended by somebody else when its image was complete');
    return { ...result, kind: 'checkpointed' };
  }
  note(`the image is complete; ${error.message}`);
  if (result.kind === 'checkpointed') await dump.end();
  return result;
}
