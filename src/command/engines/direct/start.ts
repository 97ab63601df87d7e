import { randomInt } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quoted, withFirst } from '../../../shared/protocol/node-options.ts';
import { CommandError, EXIT } from '../../base/command-error.ts';
import { loadOwnAddon } from '../../base/load-addon.ts';
import { CLI, DIRECT, NO_IO_URING, PRELOAD } from '../../base/paths.ts';
import { type Launch, makeRecord } from '../../start/launch.ts';
import { whyNotAlone } from '../alone.ts';
import { direct } from './engine.ts';

const MARK_SIZE = 4096;
/** The layout of native/generation.h: copy, gate and program are numbers, then the record's path. */
const PROGRAM = 16;
const RECORD = 24;
const PID_NAMESPACE = 4080;

/** Writes the page by which the program knows which copy it is. */
function writeMark(record: string): string {
  const page = Buffer.alloc(MARK_SIZE);
  page.writeDoubleLE(randomInt(1, 2 ** 47), 0);
  page.writeDoubleLE(process.pid, PROGRAM);
  page.write(record, RECORD);
  page.writeDoubleLE(statSync('/proc/self/ns/pid', { throwIfNoEntry: false })?.ino ?? 0, PID_NAMESPACE);
  const path = join(record, 'mark');
  writeFileSync(path, page, { mode: 0o600, flag: 'wx' });
  return path;
}

function programEnvironment({ environment, checkpointSignal }: Launch, record: string): string[] {
  const wanted: NodeJS.ProcessEnv = {
    ...environment,
    NODE_OPTIONS: withFirst(`--require ${quoted(PRELOAD)}`, environment.NODE_OPTIONS),
    LD_PRELOAD: withFirst(`${NO_IO_URING} ${DIRECT}`, environment.LD_PRELOAD),
    CRAC_GENERATION: writeMark(record),
    CRAC_PROGRAM_ENGINE: direct.name,
  };
  delete wanted.CRAC_RECORD;
  if (checkpointSignal !== 0) wanted.CRAC_CHECKPOINT_SIGNAL = asking(checkpointSignal, record);
  return Object.entries(wanted).map(([name, value]) => `${name}=${value}`);
}

/** What the signal is and starts, for native/engines/direct/inside/checkpoint-signal.c. */
const asking = (signal: number, record: string): string =>
  [signal, process.execPath, CLI, '__agent', record, '{"by":"signal"}'].join('\n');

/**
 * Becomes the program: it has this process's PID, parent, streams and signals.
 *
 * @param why the other engine is not here, and what installs it, where nobody has asked for this one
 */
export function startAlone(launch: Launch, why?: string): never {
  const wrong = whyNotAlone();
  if (wrong !== undefined)
    throw new CommandError(`the engine direct ${wrong}; use --engine criu`, EXIT.engine);
  if (launch.network.length > 0)
    throw new CommandError(
      'the engine direct has no namespaces, which --network and --publish need; use --engine criu',
      EXIT.usage,
    );
  const addon = loadOwnAddon();
  const record = makeRecord({ ...launch, engine: { name: direct.name, settings: {} } });
  writeFileSync(join(record, 'program'), String(process.pid), { mode: 0o600 });
  writeFileSync(join(record, 'mode'), process.getuid?.() === 0 ? 'root' : 'user', { mode: 0o600 });
  if (why !== undefined)
    writeFileSync(join(record, 'without-namespaces'), `${why}, and start the program again`, { mode: 0o600 });
  const { nodeOptions, script, args } = launch.program;
  return addon.replaceProcess(
    [launch.node, ...nodeOptions, script, ...args],
    programEnvironment(launch, record),
    false,
  );
}
