import type { EngineName } from '../../../shared/protocol/engines.ts';
import { quoted } from '../../../shared/protocol/node-options.ts';
import { PRELOAD } from '../../base/paths.ts';

/** Makes the environment by which the preload learns its record, and that it must do without the native part. */
export function portableEnvironment(
  environment: NodeJS.ProcessEnv,
  record: string,
  engine: EngineName,
): NodeJS.ProcessEnv {
  const wanted: NodeJS.ProcessEnv = {
    ...environment,
    CRAC_RECORD: record,
    CRAC_PROGRAM_ENGINE: engine,
    NODE_OPTIONS: [`--require ${quoted(PRELOAD)}`, environment.NODE_OPTIONS].filter(Boolean).join(' '),
  };
  // CRAC_PROGRAM_PID is known only inside: the program finds itself by its parent, which is the record's owner.
  delete wanted.CRAC_PROGRAM_PID;
  return wanted;
}
