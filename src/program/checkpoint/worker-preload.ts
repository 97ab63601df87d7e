import { quoted, withFirst } from '../../shared/protocol/node-options.ts';

type Threads = typeof import('node:worker_threads');
type WorkerOptions = import('node:worker_threads').WorkerOptions;

/**
 * The variable in the environment of a Worker that does not have all of its maker's variables; the Worker itself does
 * not see it.
 */
export const NOT_A_COPY = 'CRAC_WORKER_ENVIRONMENT';

/**
 * Writes the preload into the environment or the options of node that a Worker is given. (A Worker without its own
 * inherits the preload from the thread that makes it.) The preload takes itself out in there (register.ts).
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
