import { quoted, withFirst } from '../../../shared/protocol/node-options.ts';
import { loadOwnAddon } from '../../base/load-addon.ts';
import { CLI, DIRECT, NATIVE, NO_IO_URING, PRELOAD } from '../../base/paths.ts';
import { type Launch, makeRecord } from '../../start/launch.ts';
import { whyNotAlone } from '../alone.ts';

function programEnvironment(environment: NodeJS.ProcessEnv): string[] {
  const wanted: NodeJS.ProcessEnv = {
    ...environment,
    NODE_OPTIONS: withFirst(`--require ${quoted(PRELOAD)}`, environment.NODE_OPTIONS),
    LD_PRELOAD: withFirst(NO_IO_URING, environment.LD_PRELOAD),
  };
  delete wanted.CRAC_RECORD;
  delete wanted.CRAC_PROGRAM_ENGINE; // a program of another engine may be starting this one
  return Object.entries(wanted).map(([name, value]) => `${name}=${value}`);
}

/** Returns what the launcher needs to start the program alone where no namespace can be made. */
const withoutNamespaces = ({ mayBeAlone, environment }: Launch): string[] =>
  mayBeAlone && whyNotAlone() === undefined
    ? ['--alone', withFirst(`${NO_IO_URING} ${DIRECT}`, environment.LD_PRELOAD)]
    : [];

/** Becomes the launcher: this Node process does not stay in memory beside the program. */
export function startInNamespaces(options: Launch): never {
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
    programEnvironment(options.environment),
    true,
  );
}
