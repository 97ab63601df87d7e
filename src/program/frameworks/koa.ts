/** For Koa: `node-crac/koa`. */
import { type AdmissionOptions, Doorkeeper, REFUSAL } from './admission.ts';
import { CheckpointRoute, type CheckpointRouteOptions, type RouteRequest } from './checkpoint-route.ts';

export type { AdmissionOptions } from './admission.ts';
export type { CheckpointRouteOptions } from './checkpoint-route.ts';

/** Koa's context, as far as it is used. */
export interface KoaContext {
  readonly path: string;
  readonly req: RouteRequest;
  status: number;
  body: unknown;
  set(headers: Record<string, string>): void;
}

export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<unknown>;

export interface KoaRouteOptions extends CheckpointRouteOptions {
  /** The path that is answered. Default: every path, for use with a router. */
  path?: string;
}

/**
 * Makes a middleware: while a checkpoint is being made, new requests get 503 with `Retry-After` and those in flight are
 * finished before the program's own hooks run; after a restore they wait until every `afterRestore` has run. Use it
 * before all else: `app.use(duringCheckpoint())`.
 */
export function duringCheckpoint(options?: AdmissionOptions): KoaMiddleware {
  const doorkeeper = new Doorkeeper('koa', options);
  return async (context, next) => {
    const admission = doorkeeper.admission();
    if (admission === 'hold') await doorkeeper.held();
    if (admission !== 'refuse') return next();
    context.status = 503;
    // The connection would end with the checkpoint; its client should not use it again.
    context.set({ 'Retry-After': doorkeeper.retryAfter, Connection: 'close' });
    context.body = REFUSAL;
  };
}

/**
 * Makes a handler: `POST` makes a checkpoint (202; 409 while one is going on, 501 without `crac run`), `GET` tells the
 * state; for callers on this machine only (403): `app.use(checkpointRoute({ path: '/internal/checkpoint' }))`.
 */
export function checkpointRoute({ path, ...options }: KoaRouteOptions = {}): KoaMiddleware {
  const route = new CheckpointRoute(options);
  return async (context, next) => {
    if (path !== undefined && context.path !== path) return next();
    const { status, headers, body } = route.answer(context.req);
    context.status = status;
    context.set({ ...headers });
    context.body = body;
  };
}
