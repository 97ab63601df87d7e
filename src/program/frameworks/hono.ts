/** For Hono on Node (`@hono/node-server`): `node-crac/hono`. */
import { type AdmissionOptions, Doorkeeper, REFUSAL } from './admission.ts';
import { CheckpointRoute, type CheckpointRouteOptions } from './checkpoint-route.ts';
import type { CallerSocket } from './local-caller.ts';

export type { AdmissionOptions } from './admission.ts';
export type { CheckpointRouteOptions } from './checkpoint-route.ts';

/** Hono's context, as far as it is used. */
export interface HonoContext {
  readonly env: unknown;
  readonly req: { readonly method: string; header(): Record<string, string> };
}

export type HonoMiddleware = (
  context: HonoContext,
  next: () => Promise<void>,
  // biome-ignore lint/suspicious/noConfusingVoidType: as in Hono's own type
) => Promise<Response | void>;

/**
 * Makes a middleware: while a checkpoint is being made, new requests get 503 with `Retry-After` and those in flight are
 * finished before the program's own hooks run; after a restore they wait until every `afterRestore` has run. Use it
 * before all else: `app.use(duringCheckpoint())`.
 */
export function duringCheckpoint(options?: AdmissionOptions): HonoMiddleware {
  const doorkeeper = new Doorkeeper('hono', options);
  return async (_context, next) => {
    const admission = doorkeeper.admission();
    if (admission === 'hold') await doorkeeper.held();
    if (admission !== 'refuse') return next();
    // The connection would end with the checkpoint; its client should not use it again.
    const headers = { 'retry-after': doorkeeper.retryAfter, connection: 'close' };
    return Response.json(REFUSAL, { status: 503, headers });
  };
}

/**
 * Makes a handler: `POST` makes a checkpoint (202; 409 while one is going on, 501 without `crac run`), `GET` tells the
 * state; for callers on this machine only (403): `app.all('/internal/checkpoint', checkpointRoute())`.
 */
export function checkpointRoute(options?: CheckpointRouteOptions): (context: HonoContext) => Response {
  const route = new CheckpointRoute(options);
  return ({ env, req }) => {
    const { status, headers, body } = route.answer({
      method: req.method,
      headers: req.header(),
      socket: socketOf(env),
    });
    return Response.json(body, { status, headers: { ...headers } });
  };
}

interface NodeBindings {
  incoming?: { socket?: CallerSocket };
}

/**
 * Finds the connection where `@hono/node-server` puts Node's request; elsewhere there is none, and nobody counts as
 * local.
 */
function socketOf(env: unknown): CallerSocket | undefined {
  const bindings = env as ({ server?: NodeBindings } & NodeBindings) | undefined;
  return (bindings?.server ?? bindings)?.incoming?.socket;
}
