/** A plugin for Fastify 4 and 5: `node-crac/fastify`. */
import { Context } from '../coordination/context.ts';
import { getGlobalContext } from '../coordination/core.ts';
import type { RegisterOptions, Registration, Resource } from '../coordination/resource.ts';
import { type AdmissionOptions, Doorkeeper, REFUSAL } from './admission.ts';
import { CheckpointRoute, type CheckpointRouteOptions, type RouteRequest } from './checkpoint-route.ts';

export type { AdmissionOptions } from './admission.ts';
export type { CheckpointRouteOptions } from './checkpoint-route.ts';
// These are the plugin's additions to Fastify's own types.
export type * from './fastify-instance.d.ts';

/** A hook of a Fastify application; `this` is the instance at which it was declared. */
export type CracHook<Instance> = (this: Instance, context: Context) => void | Promise<void>;

export interface FastifyCracOptions extends AdmissionOptions {
  /**
   * The path where `POST` makes a checkpoint and `GET` tells the state, for callers on this machine only. Default:
   * nowhere. The long form has the path in `url`.
   */
  checkpointRoute?: string | ({ url: string } & CheckpointRouteOptions);
}

/** A reply, as far as it is used. */
interface Reply {
  code(status: number): Reply;
  headers(values: Record<string, string>): Reply;
  send(body: unknown): unknown;
}

/** A Fastify instance, as far as it is used. */
export interface FastifyLike {
  // biome-ignore lint/suspicious/noExplicitAny: Fastify allows names that it knows and values of their types
  decorate(name: any, value: any): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: each of Fastify's hooks has parameters of its own
  addHook(name: any, hook: any): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: Fastify's types depend on the server's kind
  route(options: any): unknown;
  // biome-ignore lint/suspicious/noExplicitAny: every logger's own
  log: { error(...values: any[]): void };
}

/**
 * Registers the plugin: `await fastify.register(crac)`. The instance and all below it get
 * `fastify.beforeCheckpoint(fn)` and `fastify.afterRestore(fn)`; both may give a name and a time limit as the second
 * argument, and return the instance. While a checkpoint is being made, new requests get 503 with `Retry-After` and
 * those in flight are finished before these hooks run; after a restore they wait until every `afterRestore` has run.
 */
async function plugin(fastify: FastifyLike, options: FastifyCracOptions): Promise<void> {
  const context = new Context('fastify');
  const doorkeeper = new Doorkeeper('fastify', options);

  fastify.decorate('crac', context);
  for (const hook of ['beforeCheckpoint', 'afterRestore'] as const)
    fastify.decorate(hook, function declare(this: unknown, run: CracHook<unknown>, more?: RegisterOptions) {
      context.register(resourceOf(hook, run, this), { ...(run.name && { name: run.name }), ...more });
      return this;
    });

  fastify.addHook('onRequest', async (_request: unknown, reply: Reply) => {
    const admission = doorkeeper.admission();
    if (admission === 'hold') await doorkeeper.held();
    if (admission !== 'refuse') return;
    // The connection would end with the checkpoint; its client should not use it again.
    return reply
      .code(503)
      .headers({ 'retry-after': doorkeeper.retryAfter, connection: 'close' })
      .send(REFUSAL);
  });

  // Not before: the application's hooks come before those of what its plugins registered for themselves.
  let registration: Registration | undefined;
  fastify.addHook('onReady', async () => {
    registration = getGlobalContext().register(context);
  });
  fastify.addHook('onClose', async () => registration?.unregister());

  if (options.checkpointRoute !== undefined) addRoute(fastify, options.checkpointRoute);
}

function resourceOf(hook: keyof Resource, run: CracHook<unknown>, instance: unknown): Resource {
  if (typeof run === 'function') return { [hook]: (context: Context) => run.call(instance, context) };
  const message = `fastify.${hook}() takes a function, not ${typeof run}. Pass the function to call.`;
  throw Object.assign(new TypeError(message), { code: 'ERR_CRAC_INVALID_RESOURCE' });
}

function addRoute(fastify: FastifyLike, given: NonNullable<FastifyCracOptions['checkpointRoute']>): void {
  const { url, ...options } = typeof given === 'string' ? { url: given } : given;
  const onError = (error: Error) => fastify.log.error(error, error.message);
  const route = new CheckpointRoute({ onError, ...options });
  fastify.route({
    method: ['GET', 'POST'],
    url,
    schema: { hide: true }, // it is not for the published description of the interface
    handler: async ({ raw }: { raw: RouteRequest }, reply: Reply) => {
      const { status, headers, body } = route.answer(raw);
      return reply
        .code(status)
        .headers({ ...headers })
        .send(body);
    },
  });
}

// As `fastify-plugin` does: the decorations belong to the instance that registers the plugin, not to one below it.
export const crac = Object.assign(plugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'node-crac',
  [Symbol.for('plugin-meta')]: { name: 'node-crac', fastify: '>=4' },
});

export default crac;
