// Not compiled with this package, which does not have Fastify: copied to the declarations as it is.
import type { Context, RegisterOptions } from '../index.js';
import type { CracHook } from './fastify.js';

declare module 'fastify' {
  interface FastifyInstance {
    /** The context whose resources are notified: those of the hooks below. */
    readonly crac: Context;
    /**
     * Declares a hook that runs before a checkpoint, the hook declared last first, when the requests in flight are
     * finished.
     */
    beforeCheckpoint(hook: CracHook<this>, options?: RegisterOptions): this;
    /** Declares a hook that runs after a restore, in order of declaration, before new requests are answered. */
    afterRestore(hook: CracHook<this>, options?: RegisterOptions): this;
  }
}
