import { quoted, withFirst } from '../../shared/protocol/node-options.ts';

type Threads = typeof import('node:worker_threads');
type WorkerOptions = import('node:worker_threads').WorkerOptions;

/** In the environment of a Worker that does not have all of its maker's variables; not there for the Worker itself. */
export const NOT_A_COPY = 'CRAC_WORKER_ENVIRONMENT';

/**
 * A Worker inherits the preload from the thread that makes it, unless it is given an environment or options of node of
 * its own: then it reads these, so the preload is written into them, and takes itself out in there (register.ts).
 *
 * @param preload the file of dist/ that is required
 */
export function carryIntoWorkers(preload = __filename): void {
  const threads = require('node:worker_threads') as { -readonly [Key in keyof Threads]: Threads[Key] };
  const { Worker } = threads;
  const carrying: typeof Worker = new Proxy(Worker, {
    construct: (target, [file, options, ...rest], made) =>
      Reflect.construct(
        target,
        [file, withPreload(preload, options as WorkerOptions), ...rest],
        made === carrying ? target : made,
      ),
  });
  Object.defineProperty(Worker.prototype, 'constructor', {
    value: carrying,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  threads.Worker = carrying;
  (require('node:module') as typeof import('node:module')).syncBuiltinESMExports();
}

function withPreload(preload: string, options: WorkerOptions | undefined): WorkerOptions | undefined {
  if (typeof options !== 'object' || options === null) return options;
  const { env, execArgv } = options;
  // Everything else is read through the caller's object, getters and all.
  if (typeof env === 'object' && env !== null)
    return Object.create(options, { env: { value: environment(preload, env), enumerable: true } });
  if (Array.isArray(execArgv))
    return Object.create(options, {
      execArgv: { value: ['--require', preload, ...execArgv], enumerable: true },
    });
  return options;
}

function environment(preload: string, env: Record<string, unknown>): Record<string, unknown> {
  const isCopy = Object.keys(process.env).every((name) => name in env);
  const theirs = env.NODE_OPTIONS === undefined ? undefined : String(env.NODE_OPTIONS);
  return {
    ...env,
    NODE_OPTIONS: withFirst(`--require ${quoted(preload)}`, theirs),
    ...(!isCopy && { [NOT_A_COPY]: '1' }),
  };
}
