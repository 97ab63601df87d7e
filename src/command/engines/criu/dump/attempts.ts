import { copyFile, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { descendants } from '../../../../shared/process-tree.ts';
import { CommandError, EXIT } from '../../../base/command-error.ts';
import { continueAll } from '../../../base/processes.ts';
import type { Interruption } from '../../../checkpoint/interruption.ts';
import type { Lease } from '../../../checkpoint/lease.ts';
import type { CheckpointOptions } from '../../../checkpoint/options.ts';
import { unixConnections, unixListeners } from '../../../checkpoint/unix-connections.ts';
import { lockOf } from '../../../image/partial.ts';
import { checkImage } from '../image/check/check.ts';
import type { Problem } from '../image/check/problem.ts';
import type { OlderImage } from '../image/cow/older-page-file.ts';
import { mendImage } from '../image/mend/mend.ts';
import { isPassing, type Passing } from '../image/mend/watches.ts';
import { DUMP_LOG } from '../log-name.ts';
import { dumpLogPath, runDump } from './engine-dump.ts';
import { describeProblems, dumpFailure } from './failures.ts';
import type { InheritedStdio } from './inherited-stdio.ts';

export interface DumpRequest {
  options: CheckpointOptions;
  image: string;
  /** The directory where the engine writes; exists and is empty. */
  partial: string;
  criu: string;
  settings: Record<string, string>;
  older: OlderImage | undefined;
  children: InheritedStdio;
  /** Names of what the caller gives at the restore instead. */
  given: ReadonlySet<string>;
  lease: Lease | undefined;
  interruption: Interruption;
  init: number;
  program: number;
}

/**
 * The number of runs of the engine when what spoils its work is over a moment later: clients and threads that come and
 * go.
 */
const ATTEMPTS = 4;

/**
 * Matches the engine's words about a connection that changed while it looked, or came from a process that still ran.
 */
const PASSING =
  /External socket is used|closed in-flight socket|write queue on an in-flight|Dangling connection|Unix socket \d+ (?:without|with unreachable) peer|In-flight connection on/;

/**
 * Has the engine write the program, which stands still, until what it wrote can be restored.
 *
 * @returns names of unix connections to processes outside
 * @throws CommandError with every state that no restore could make, or why the engine failed
 */
export async function dump(request: DumpRequest): Promise<string[]> {
  const { options, partial, interruption, settings, init } = request;
  const passing = await passingPlaces(request);
  let crowded = false;
  for (let attempt = 1; ; attempt++) {
    const { code, output } = await runEngine(request, crowded);
    interruption.check();
    if (settings['log-file'])
      await copyFile(join(partial, DUMP_LOG), resolve(settings['log-file'])).catch(() => undefined); // the engine may not have come so far
    const last = attempt === ATTEMPTS;
    if (code === 0) {
      const cut = mendImage(partial, passing);
      const problems = look(request, passing);
      if (problems.length === 0) return cut.filter((name) => !request.given.has(name));
      if (last || !problems.every((problem) => problem.passing))
        throw new CommandError(await describeProblems(problems, init, request.program), EXIT.failed);
    } else {
      const log = await readFile(dumpLogPath(partial), 'utf8').catch(() => '');
      if (last || !PASSING.test(log)) throw await engineFailed(request, code, output);
      crowded = /closed in-flight socket/.test(log);
    }
    if (!options.leaveRunning) continueAll(descendants(init));
    await sleep(25 * attempt);
    for (const name of await readdir(partial)) await rm(join(partial, name), { force: true });
  }
}

async function engineFailed(
  { partial, init }: DumpRequest,
  code: number,
  output: string,
): Promise<CommandError> {
  const exitCode = code === EXIT.timeout ? EXIT.timeout : EXIT.failed;
  return new CommandError(await dumpFailure(partial, code, output, init), exitCode);
}

/** @param crowded clients come and go all the time: those that wait to be accepted are taken away */
function runEngine(request: DumpRequest, crowded: boolean) {
  const { options, init, program, partial, criu, settings, older, children, lease } = request;
  const pids = descendants(init);
  return runDump({
    record: { ...options.record, init, program },
    criu,
    directory: partial,
    leaveRunning: options.leaveRunning,
    timeout: options.timeout,
    external: [
      ...(older ? [older.external] : []),
      ...children.external,
      ...unixConnections(pids).map((inode) => `unix[${inode}]`),
    ],
    lease,
    lock: lockOf(partial),
    drain: crowded ? unixListeners(pids) : [],
    options: [...(settings.verbosity ? [`-v${settings.verbosity}`] : []), ...options.engineOptions],
  });
}

/** Returns the places as the kernel tells the engine of them. */
async function passingPlaces({ options, image }: DumpRequest): Promise<Passing> {
  return {
    image: join(await realpath(dirname(image)), basename(image)),
    runtime: await realpath(dirname(options.record.directory)),
  };
}

const look = ({ partial, init, given }: DumpRequest, passing: Passing): Problem[] =>
  checkImage(partial, {
    root: `/proc/${init}/root`,
    isPassing: (path) => isPassing(path, passing),
    given,
  });
