import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Addon } from '../../shared/addon.ts';
import { quoted, withFirst } from '../../shared/protocol/node-options.ts';
import { POLICIES_FILE, type Policy } from '../../shared/protocol/policy.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { nativePartSays, whyNoNativePart } from '../base/native-part.ts';
import { ADDON, CLI, NATIVE, NO_IO_URING, PRELOAD } from '../base/paths.ts';
import { makeRuntimeDirectory } from '../base/runtime-directory.ts';
import type { EngineChoice } from '../engines/choice.ts';
import type { ProgramCommand } from './program-command.ts';

export interface Launch {
  engine: EngineChoice;
  /** Absolute path; empty for a program without an image directory (`simulate` only). */
  image: string;
  program: ProgramCommand;
  policies: Policy[];
  node: string;
  /** -1: drawn anew. */
  minPid: number;
  imageForm: string;
  /** Every checkpoint is strict. */
  strict: boolean;
  /** Number of the signal to this process that asks for a checkpoint; 0 for none. */
  checkpointSignal: number;
  /** Words for the launcher that choose the program's network; none for the machine's. */
  network: string[];
  environment: NodeJS.ProcessEnv;
}

function programEnvironment(environment: NodeJS.ProcessEnv): string[] {
  const wanted: NodeJS.ProcessEnv = {
    ...environment,
    NODE_OPTIONS: withFirst(`--require ${quoted(PRELOAD)}`, environment.NODE_OPTIONS),
    LD_PRELOAD: withFirst(NO_IO_URING, environment.LD_PRELOAD),
  };
  delete wanted.CRAC_RECORD;
  delete wanted.CRAC_PORTABLE_ENGINE; // a program of another engine may be starting this one
  return Object.entries(wanted).map(([name, value]) => `${name}=${value}`);
}

/** The record is named by this process's PID: the launcher replaces this process and keeps the number. */
export function makeRecord(launch: Launch): string {
  const record = join(makeRuntimeDirectory(), String(process.pid));
  rmSync(record, { recursive: true, force: true });
  mkdirSync(record, { mode: 0o700 });
  const { nodeOptions, script, args } = launch.program;
  const fields = {
    kind: 'run',
    image: launch.image,
    engine: launch.engine.name,
    'engine-settings': JSON.stringify(launch.engine.settings),
    'image-form': launch.imageForm,
    since: String(Date.now()),
    ...(launch.strict && { strict: '' }),
    command: ['node', ...nodeOptions, script, ...args].join(' '),
  };
  for (const [name, value] of Object.entries(fields))
    writeFileSync(join(record, name), value, { mode: 0o600 });
  if (launch.policies.length > 0)
    writeFileSync(join(record, POLICIES_FILE), JSON.stringify(launch.policies), { mode: 0o600 });
  return record;
}

function loadAddon(): Addon {
  try {
    return createRequire(import.meta.url)(ADDON) as Addon;
  } catch (cause) {
    // Built for a newer C library, or for another one.
    throw new CommandError(nativePartSays((cause as Error).message), EXIT.engine, { cause });
  }
}

/** Becomes the launcher: this Node process does not stay in memory beside the program. */
export function launch(options: Launch): never {
  const why = whyNoNativePart();
  if (why !== undefined) throw new CommandError(nativePartSays(why), EXIT.engine);
  const addon = loadAddon();
  const record = makeRecord(options);
  const { nodeOptions, script, args } = options.program;
  return addon.replaceProcess(
    [
      NATIVE,
      'launch',
      record,
      String(options.minPid),
      String(options.checkpointSignal),
      ...options.network,
      process.execPath,
      CLI,
      '--',
      options.node,
      ...nodeOptions,
      script,
      ...args,
    ],
    programEnvironment(options.environment),
  );
}
