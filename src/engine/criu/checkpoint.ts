import { copyFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { answerOf, standsStill } from '../../checkpoint/answer.ts';
import type { CheckpointResult } from '../../checkpoint/checkpoint.ts';
import { CommandError, EXIT } from '../../checkpoint/command-error.ts';
import { DUMP_LOG, dumpLogPath, runDump } from '../../checkpoint/engine-dump.ts';
import { Hold } from '../../checkpoint/hold.ts';
import { inheritedStdio, stdinIsNonblocking } from '../../checkpoint/inherited-stdio.ts';
import { Interruption } from '../../checkpoint/interruption.ts';
import { explainDump, firstErrors } from '../../checkpoint/log-errors.ts';
import { checkPackageStands } from '../../checkpoint/package-replaced.ts';
import { continueAll, descendants, endNamespace } from '../../checkpoint/process-tree.ts';
import { refuseProtectionKeys } from '../../checkpoint/protection-keys.ts';
import { checkReachable } from '../../checkpoint/reachable.ts';
import { foreignNotes, lastingStrangers, strangers } from '../../checkpoint/tree/strangers.ts';
import { CheckpointError, describeErrors, serializeError } from '../../errors/index.ts';
import { openOlderPageFile } from '../../image/cow/older-page-file.ts';
import { checkDestination, keepLog, makePartial, publish } from '../../image/directory.ts';
import { tellParent } from '../../protocol/tell-parent.ts';
import type { EngineCheckpoint } from '../engine.ts';
import { findCriu } from './find.ts';
import { describeImage } from './image.ts';
import { warmKdat } from './kdat.ts';
import { standIns } from './stand-ins.ts';

/** Has the program stand still, dumps it, and puts the image under its name before the program is ended. */
export async function dumpProgram({
  options,
  image,
  connection,
}: EngineCheckpoint): Promise<CheckpointResult> {
  const { record, progress } = options;
  const settings = { ...record.engineSettings, ...options.engine?.settings };
  const criu = await findCriu(settings.path === undefined ? {} : { path: settings.path });
  await checkDestination(image);
  await checkReachable(record);
  await checkPackageStands(record);
  if (record.init !== undefined) refuseProtectionKeys(record.init);
  // Restores on this machine start some 25 ms sooner; without it they work as well.
  const warmed = warmKdat(criu).catch(() => undefined);
  const light = standIns(criu.path);
  const { init, program } = record;
  if (init === undefined || program === undefined)
    throw new CommandError('the program is still being started', EXIT.target);
  const problems = await lastingStrangers(init);
  for (const text of foreignNotes(init)) options.note(text);
  const request = {
    op: 'checkpoint',
    by: options.by,
    engine: 'criu',
    image,
    leaveRunning: options.leaveRunning,
    dryRun: options.dryRun,
    printResources: options.printResources === true,
    ...(options.collect && { collect: options.collect }),
    ...(problems.length > 0 && { problems: problems.map(serializeError) }),
  } as const;
  connection.send(request);
  const answer = await answerOf(connection, options);
  if (answer.event === 'done') return { kind: answer.kind, image, size: 0, frozen: 0 };
  if (answer.event !== 'ready') throw new CommandError('the program answers for another engine', EXIT.failed);
  const { details } = answer;
  const older = await openOlderPageFile(init);
  const proc = `/proc/${init}/root/proc`;
  const children = inheritedStdio(proc, program, details.stdioTargets);
  const nonblockingStdin = stdinIsNonblocking(proc, program);
  const interruption = new Interruption();
  const partial = await makePartial(image);
  const hold = await Hold.take(record, details.mailbox, partial);
  const started = performance.now();
  let woken = true; // until it stands still
  const wake = async (text: string) => {
    if (woken) return;
    woken = true;
    continueAll(descendants(init));
    await writeFile(`/proc/${init}/root/proc/${program}/fd/${details.mailbox}`, text).catch(ended);
  };
  try {
    connection.send({ op: 'go' });
    await standsStill(connection);
    woken = false;
    progress('dumping');
    const { code, output } = await runDump({
      record: { ...record, init, program },
      criu: criu.path,
      directory: partial,
      leaveRunning: options.leaveRunning,
      timeout: options.timeout,
      external: [
        ...(older ? [older.external] : []),
        ...children.external,
        ...details.cut.map((inode) => `unix[${inode}]`),
      ],
      hold,
      options: [...(settings.verbosity ? [`-v${settings.verbosity}`] : []), ...options.engineOptions],
    });
    interruption.check();
    if (settings['log-file'])
      await copyFile(join(partial, DUMP_LOG), resolve(settings['log-file'])).catch(() => undefined); // the engine may not have come so far
    if (code !== 0)
      throw new CommandError(
        await dumpFailure(partial, code, output, init),
        code === EXIT.timeout ? EXIT.timeout : EXIT.failed,
      );
    checkStrangers(init); // now nothing is started any more
    refuseProtectionKeys(init); // again: now nobody can take one any more
    const manifest = await describeImage(
      options,
      details,
      partial,
      { ...criu, standIns: await light },
      older,
      {
        inherit: children.inherit,
        nonblockingStdin,
      },
    );
    interruption.check();
    await publish(partial, image);
    await warmed;
    const result = { image, size: manifest.size, frozen: performance.now() - started };
    if (options.leaveRunning) {
      await wake('C');
      return { kind: 'left-running', ...result };
    }
    await tellParent(connect, record.directory, 'D');
    woken = true;
    await endNamespace(init);
    return { kind: 'checkpointed', ...result };
  } catch (error) {
    const log = await keepLog(partial, image, interruption.came ? undefined : DUMP_LOG);
    const message = `${(error as Error).message}${log ? `\nthe engine's log: ${log}; what it means and what to do:\n  crac explain ${log}` : ''}`;
    await wake(`F${message}`);
    throw error instanceof CommandError ? new CommandError(message, error.exitCode, { cause: error }) : error;
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

async function dumpFailure(partial: string, code: number, output: string, init: number): Promise<string> {
  const failed = `the engine could not dump the program (exit code ${code}); the program goes on`;
  const cause = await explainDump(dumpLogPath(partial), output, descendants(init));
  if (cause !== undefined) return `${failed}\n${cause}`;
  const lines = await firstErrors(dumpLogPath(partial));
  const printed = output.trim().split('\n');
  const refused = printed.filter((line) => /: (unrecognized|option|invalid)/.test(line)); // its help text follows
  const said = [lines, refused, printed.slice(-5)].find(({ length }) => length > 0) ?? [];
  return `${failed}\n${said.map((line) => `  ${line}`).join('\n')}`;
}
