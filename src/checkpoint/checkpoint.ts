import { stat, writeFile } from 'node:fs/promises';
import { arch, release } from 'node:os';
import { resolve } from 'node:path';
import { findCriu } from '../engine/criu/find.ts';
import { warmKdat } from '../engine/criu/kdat.ts';
import { describeErrors, deserializeError } from '../errors/index.ts';
import { checkDestination, keepLog, makePartial, publish } from '../image/directory.ts';
import { finishImage, type Manifest } from '../image/finish.ts';
import type { CheckpointRequest, ReadyDetails } from '../protocol/messages.ts';
import type { ProgramRecord } from '../protocol/record.ts';
import { CommandError, EXIT } from './command-error.ts';
import { Connection, tellParent } from './connection.ts';
import { DUMP_LOG, dumpLogPath, runDump } from './engine-dump.ts';
import { firstErrors } from './log-errors.ts';
import { CLI, NATIVE } from './paths.ts';
import { continueAll, descendants } from './process-tree.ts';

export interface CheckpointOptions {
  record: ProgramRecord;
  image?: string;
  by: CheckpointRequest['by'];
  leaveRunning: boolean;
  dryRun: boolean;
  /** Seconds that the engine may take. */
  timeout: number;
  engineOptions: string[];
  criuPath?: string;
  progress: (line: string) => void;
}

export interface CheckpointResult {
  kind: 'checkpointed' | 'left-running' | 'simulated' | 'dry-run';
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
  const image = resolve(options.image ?? record.image);
  const connection = await Connection.open(record, 30);
  try {
    return await carryOut(options, image, connection);
  } finally {
    connection.close();
  }
}

async function carryOut(
  options: CheckpointOptions,
  image: string,
  connection: Connection,
): Promise<CheckpointResult> {
  const { record, progress } = options;
  const criu = await findCriu(options.criuPath === undefined ? {} : { path: options.criuPath });
  await checkDestination(image);
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
  const details = await readyOrDone(connection, progress);
  if (typeof details === 'string') return { kind: details, image, size: 0, frozen: 0 };
  const { init, program } = record;
  if (init === undefined || program === undefined)
    throw new CommandError('the program is still being started', EXIT.target);
  const partial = await makePartial(image);
  const started = performance.now();
  connection.send({ op: 'go' });
  while ((await connection.next()) !== undefined);
  progress('dumping');
  let woken = false;
  const wake = async (text: string) => {
    if (woken) return;
    woken = true;
    continueAll(descendants(init));
    await writeFile(`/proc/${init}/root/proc/${program}/fd/${details.mailbox}`, text);
  };
  try {
    const { code, output } = await runDump({
      record: { ...record, init, program },
      criu: criu.path,
      directory: partial,
      leaveRunning: options.leaveRunning,
      timeout: options.timeout,
      external: [],
      options: options.engineOptions,
    });
    if (code !== 0)
      throw new CommandError(
        await dumpFailure(partial, code, output),
        code === EXIT.timeout ? EXIT.timeout : EXIT.failed,
      );
    const manifest = await finish(options, details, partial, criu);
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
    const log = await keepLog(partial, image, DUMP_LOG);
    const message = `${(error as Error).message}${log ? `\nthe engine's log: ${log}; what it means and what to do:\n  crac explain ${log}` : ''}`;
    await wake(`F${message}`);
    throw error instanceof CommandError ? new CommandError(message, error.exitCode, { cause: error }) : error;
  }
}

async function readyOrDone(
  connection: Connection,
  progress: (line: string) => void,
): Promise<ReadyDetails | 'simulated' | 'dry-run'> {
  for (;;) {
    const message = await connection.next();
    if (message === undefined)
      throw new CommandError('the program ended before it could be checkpointed', EXIT.failed);
    if (message.event === 'progress') progress(message.text);
    if (message.event === 'ready') return message.details;
    if (message.event === 'done') return message.kind;
    if (message.event === 'failed') {
      const error = deserializeError(message.error);
      throw new CommandError(
        `the checkpoint failed; the program goes on\n${describeErrors(error)}`,
        EXIT.failed,
        { cause: error },
      );
    }
  }
}

async function dumpFailure(partial: string, code: number, output: string): Promise<string> {
  const lines = await firstErrors(dumpLogPath(partial));
  const said = lines.length > 0 ? lines : output.trim().split('\n').slice(-5);
  return `the engine could not dump the program (exit code ${code}); the program goes on\n${said.map((line) => `  ${line}`).join('\n')}`;
}

async function finish(
  options: CheckpointOptions,
  details: ReadyDetails,
  directory: string,
  criu: { path: string; version: string },
): Promise<Manifest> {
  const { record } = options;
  return finishImage({
    directory,
    nativeBinary: NATIVE,
    log: DUMP_LOG,
    conf: {
      engine: 'criu',
      criu: criu.path,
      mode: record.mode,
      program: record.program as number,
      pollStdin: details.pollStdin,
      inherit: details.stdio.map(({ fd, slot }) => ({ slot, name: `/memfd:crac-fd${fd}` })),
      options: ['--tcp-close', '--file-locks', '--link-remap', '--manage-cgroups=ignore'],
      agent: [process.execPath, CLI],
    },
    manifest: {
      createdAt: new Date().toISOString(),
      engine: { name: 'criu', version: criu.version, path: criu.path },
      mode: record.mode,
      uid: process.getuid?.() ?? -1,
      kernel: release(),
      arch: arch(),
      node: { ...details.node, size: (await stat(details.node.path)).size },
      command: details.argv,
      environmentNames: details.environmentNames,
    },
  });
}
