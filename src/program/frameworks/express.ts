/** For Express, and whatever takes middleware of its kind: `node-crac/express`. */
import type { AdmissionOptions } from './admission.ts';
import type { CheckpointRouteOptions } from './checkpoint-route.ts';
import { type ConnectHandler, connectGate, connectRoute } from './connect.ts';

export type { AdmissionOptions } from './admission.ts';
export type { CheckpointRouteOptions } from './checkpoint-route.ts';
export type { ConnectHandler } from './connect.ts';

/**
 * Makes a middleware: while a checkpoint is being made, new requests get 503 with `Retry-After` and those in flight are
 * finished before the program's own hooks run; after a restore they wait until every `afterRestore` has run. Use it
 * before all else: `app.use(duringCheckpoint())`.
 */
export const duringCheckpoint = (options?: AdmissionOptions): ConnectHandler =>
  connectGate('express', options);

/**
 * Makes a handler: `POST` makes a checkpoint (202; 409 while one is going on, 501 without `crac run`), `GET` tells the
 * state; for callers on this machine only (403): `app.all('/internal/checkpoint', checkpointRoute())`.
 */
export const checkpointRoute = (options?: CheckpointRouteOptions): ConnectHandler => connectRoute(options);
