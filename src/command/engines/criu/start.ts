import type { EngineName } from '../../../shared/protocol/engines.ts';
import { quoted, withFirst } from '../../../shared/protocol/node-options.ts';
import { loadOwnAddon } from '../../base/load-addon.ts';
import { CLI, DIRECT, NATIVE, NO_IO_URING, PRELOAD } from '../../base/paths.ts';
import { type Launch, makeRecord } from '../../start/launch.ts';
import { whyNotAlone } from '../alone.ts';

/** The engine by whose name the program's preload starts, and the libraries before the program's own. */
export interface Equipment {
  name?: EngineName;
  libraries: string;
}

function programEnvironment(environment: NodeJS.ProcessEnv, { name, libraries }: Equipment): string[] {
  const wanted: NodeJS.ProcessEnv = {
    ...environment,
    NODE_OPTIONS: withFirst(`--require ${quoted(PRELOAD)}`, environment.NODE_OPTIONS),
    LD_PRELOAD: withFirst(libraries, environment.LD_PRELOAD),
  };
  delete wanted.CRAC_RECORD;
  delete wanted.CRAC_PROGRAM_ENGINE; // a program of another engine may be starting this one
  if (name !== undefined) wanted.CRAC_PROGRAM_ENGINE = name;
  return Object.entries(wanted).map(([key, value]) => `${key}=${value}`);
}

/** Returns what the launcher needs to start the program alone where no namespace can be made. */
const withoutNamespaces = ({ mayBeAlone, environment }: Launch): string[] =>
  mayBeAlone && whyNotAlone() === undefined
    ? ['--alone', withFirst(`${NO_IO_URING} ${DIRECT}`, environment.LD_PRELOAD)]
    : [];

/** Becomes the launcher: this Node process does not stay in memory beside the program. */
export function startInNamespaces(options: Launch, equipment: Equipment = { libraries: NO_IO_URING }): never {
  const addon = loadOwnAddon();
  const record = makeRecord(options);
  const { nodeOptions, script, args } = options.program;
  return addon.replaceProcess(
    [
      NATIVE,
      'launch',
      record,
      String(options.minPid),
      String(options.checkpointSignal),
      ...withoutNamespaces(options),
      ...options.network,
      process.execPath,
      CLI,
      '--',
      options.node,
      ...nodeOptions,
      script,
      ...args,
    ],
    programEnvironment(options.environment, equipment),
    true,
  );
}
