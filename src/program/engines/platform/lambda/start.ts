import { RestoreError, toError } from '../../../../shared/errors/index.ts';
import { equipWorker } from '../equip.ts';
import { isMainThread, startUnseen } from '../start.ts';
import { beforeFirstNext } from './first-next.ts';
import { RestoreNext } from './restore-next.ts';
import { PATHS, postError, runtimeApi } from './runtime-api.ts';
import { warmUpOf } from './warm-up.ts';

/** The names and exit codes that AWS's runtimes for other languages have for these errors. */
const BEFORE = { type: 'Runtime.BeforeSnapshotError', exit: 64 } as const;
const AFTER = { type: 'Runtime.AfterRestoreError', exit: 65 } as const;

/** Runs the program's hooks around Lambda's snapshot: the last step of init, and the first one of each copy. */
export function startLambda(): void {
  if (!isMainThread()) {
    equipWorker();
    return;
  }
  const { AWS_LAMBDA_RUNTIME_API } = process.env;
  const { begin, record } = startUnseen();
  // Under Lambda Web Adapter, the adapter speaks with Lambda, and calls the hooks over HTTP (http-hooks.ts).
  if (AWS_LAMBDA_RUNTIME_API === undefined) return;
  const api = runtimeApi(AWS_LAMBDA_RUNTIME_API);
  const warmUp = attempt(() => warmUpOf(process.env));
  const cycle = async (): Promise<void> => {
    try {
      if (warmUp instanceof Error) throw warmUp;
      await begin(new RestoreNext(api, record));
    } catch (error) {
      const isAfter = error instanceof RestoreError;
      const { type, exit } = isAfter ? AFTER : BEFORE;
      process.stderr.write(`crac: ${(error as Error).message}\n`);
      await postError(api, isAfter ? PATHS.restoreError : PATHS.initError, type, error);
      process.exit(exit);
    }
  };
  beforeFirstNext(api, cycle, warmUp instanceof Error ? undefined : warmUp);
}

/** Keeps an error until there is somebody to tell it to: at the end of init. */
function attempt<T>(action: () => T): T | Error {
  try {
    return action();
  } catch (error) {
    return toError(error);
  }
}
