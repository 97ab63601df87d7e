import { copyFile, readlink, stat, writeFile } from 'node:fs/promises';
import { arch, release } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineChoice } from '../engine/choice.ts';
import { findCriu } from '../engine/criu/find.ts';
import { warmKdat } from '../engine/criu/kdat.ts';
import type { Engine, EngineCheckpoint } from '../engine/engine.ts';
import type { ImageForm } from '../image/cow/convert.ts';
import { type OlderImage, openOlderPageFile } from '../image/cow/older-page-file.ts';
import { checkDestination, keepLog, makePartial, publish } from '../image/directory.ts';
import { finishImage, type Manifest } from '../image/finish.ts';
import type { Inherited } from '../image/restore-conf.ts';
import type { CheckpointRequest, ReadyDetails, SerializedDescriptor } from '../protocol/messages.ts';
import type { ProgramRecord } from '../protocol/record.ts';
import { answerOf } from './answer.ts';
import { CommandError, EXIT } from './command-error.ts';
import { Connection, tellParent } from './connection.ts';
import { DUMP_LOG, dumpLogPath, runDump } from './engine-dump.ts';
import { Hold } from './hold.ts';
import { inheritedStdio } from './inherited-stdio.ts';
import { Interruption } from './interruption.ts';
import { explainDump, firstErrors } from './log-errors.ts';
import { CLI, MARK, NATIVE } from './paths.ts';
import { continueAll, descendants } from './process-tree.ts';
import { checkReachable } from './reachable.ts';

export interface CheckpointOptions {
  record: ProgramRecord;
  image?: string;
  by: CheckpointRequest['by'];
  leaveRunning: boolean;
  dryRun: boolean;
  /** Seconds that the engine may take. */
  timeout: number;
  engineOptions: string[];
  /** Default: as the program was started, or as the image that it was restored from. */
  imageForm?: ImageForm;
  /** Must be the program's own engine; its settings come before those that `crac run` was given. */
  engine?: EngineChoice;
  progress: (line: string) => void;
  /** Receives the table of all open descriptors of a dry run. */
  census?: (descriptors: SerializedDescriptor[]) => void;
}

export interface CheckpointResult {
  kind: 'checkpointed' | 'left-running' | 'paused' | 'simulated' | 'dry-run';
  image: string;
  /** Bytes. */
  size: number;
  /** Milliseconds that the program stood still. */
  frozen: number;
}

/**
 * Carries out one checkpoint from outside the program.
 *
 * @throws CommandError with every problem; the program then goes on as before
 */
export async function checkpoint(options: CheckpointOptions): Promise<CheckpointResult> {
  const { record } = options;
  const target = options.image ?? record.image;
  const image = target && resolve(target);
  refuseOtherEngine(options);
  if (record.paused !== undefined) {
    throw new CommandError(
      `program ${record.parent} stands still already; wake it with\n  crac restore ${record.paused}`,
      EXIT.target,
    );
  }
  const engine = await engineOf(record.engine);
  const connection = await Connection.open(record, 30);
  try {
    return await engine.checkpoint({ options, image, connection });
  } finally {
    connection.close();
  }
}

function refuseOtherEngine({ record, engine }: CheckpointOptions): void {
  if (engine === undefined || engine.name === record.engine) return;
  throw new CommandError(
    `program ${record.parent} was started with the engine ${record.engine}; the engine is chosen at the start:\n  crac run --engine ${engine.name} …\nTo go through hooks and checks only:\n  crac checkpoint ${record.parent} --dry-run`,
    EXIT.usage,
  );
}

/** The others are loaded when a program has them. */
async function engineOf(name: string): Promise<Engine> {
  if (name === 'simulate') return (await import('../engine/simulate/engine.ts')).simulate;
  if (name === 'pause') return (await import('../engine/pause/engine.ts')).pause;
  return { name: 'criu', checkpoint: carryOut };
}

async function carryOut({ options, image, connection }: EngineCheckpoint): Promise<CheckpointResult> {
  const { record, progress } = options;
  const settings = { ...record.engineSettings, ...options.engine?.settings };
  const criu = await findCriu(settings.path === undefined ? {} : { path: settings.path });
  await checkDestination(image);
  await checkReachable(record);
  // Restores on this machine start some 25 ms sooner; without it they work as well.
  const warmed = warmKdat(criu).catch(() => undefined);
  const request = {
    op: 'checkpoint',
    by: options.by,
    engine: 'criu',
    image,
    leaveRunning: options.leaveRunning,
    dryRun: options.dryRun,
  } as const;
  connection.send(request);
  const answer = await answerOf(connection, progress, options.census);
  if (answer.event === 'done') return { kind: answer.kind, image, size: 0, frozen: 0 };
  if (answer.event !== 'ready') throw new CommandError('the program answers for another engine', EXIT.failed);
  const { details } = answer;
  const { init, program } = record;
  if (init === undefined || program === undefined)
    throw new CommandError('the program is still being started', EXIT.target);
  const older = await openOlderPageFile(init);
  const children = inheritedStdio(`/proc/${init}/root/proc`, program, details.stdioTargets);
  const interruption = new Interruption();
  const partial = await makePartial(image);
  const hold = await Hold.take(record, details.mailbox, partial);
  const started = performance.now();
  connection.send({ op: 'go' });
  while ((await connection.next()) !== undefined);
  progress('dumping');
  let woken = false;
  const wake = async (text: string) => {
    if (woken) return;
    woken = true;
    continueAll(descendants(init));
    await writeFile(`/proc/${init}/root/proc/${program}/fd/${details.mailbox}`, text).catch(ended);
  };
  try {
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
    const manifest = await finish(options, details, partial, criu, older, children.inherit);
    interruption.check();
    await publish(partial, image);
    await warmed;
    const result = { image, size: manifest.size, frozen: performance.now() - started };
    if (options.leaveRunning) {
      await wake('C');
      return { kind: 'left-running', ...result };
    }
    await tellParent(record, 'D');
    woken = true;
    process.kill(init, 'SIGKILL');
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

/** As the program sees it; another name than the kernel's after a rename does no harm: then the engine finds it. */
async function workingDirectory({ init, program }: ProgramRecord): Promise<string | undefined> {
  const target = await readlink(`/proc/${init}/root/proc/${program}/cwd`);
  return target.endsWith(' (deleted)') ? undefined : target;
}

async function finish(
  options: CheckpointOptions,
  details: ReadyDetails,
  directory: string,
  criu: { path: string; version: string },
  older: OlderImage | undefined,
  children: Inherited[],
): Promise<Manifest> {
  const { record } = options;
  const { size: nodeSize } = await stat(details.node.path);
  const same: ImageForm = record.kind === 'restored' && !older ? 'plain' : 'cow';
  return finishImage({
    directory,
    nativeBinary: NATIVE,
    log: DUMP_LOG,
    form: options.imageForm ?? record.imageForm ?? same,
    older: older && { fd: older.file.fd, external: older.external },
    conf: {
      engine: 'criu',
      criu: criu.path,
      mode: record.mode,
      program: record.program as number,
      node: { path: details.node.path, size: nodeSize },
      mark: MARK,
      cwd: await workingDirectory(record),
      pollStdin: details.pollStdin,
      inherit: [...details.stdio.map(({ fd, slot }) => ({ slot, name: `/memfd:crac-fd${fd}` })), ...children],
      cut: details.cut.map((inode) => `socket:[${inode}]`),
      options: [
        '--tcp-close',
        '--file-locks',
        '--link-remap',
        '--manage-cgroups=ignore',
        '--skip-file-rwx-check', // a changed mode of a directory or file does no harm
      ],
      agent: [process.execPath, CLI],
    },
    manifest: {
      createdAt: new Date().toISOString(),
      engine: { name: 'criu', version: criu.version, path: criu.path },
      mode: record.mode,
      uid: process.getuid?.() ?? -1,
      kernel: release(),
      arch: arch(),
      node: { ...details.node, size: nodeSize },
      command: details.argv,
      environmentNames: details.environmentNames,
    },
  });
}
