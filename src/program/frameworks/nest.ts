/** A module for NestJS: `node-crac/nest`. */
import { Inject, Logger, Module } from '@nestjs/common';
import { DiscoveryModule, DiscoveryService, HttpAdapterHost, type InstanceWrapper } from '@nestjs/core';
import { Context } from '../coordination/context.ts';
import { getGlobalContext } from '../coordination/core.ts';
import type { Registration } from '../coordination/resource.ts';
import type { AdmissionOptions } from './admission.ts';
import type { CheckpointRouteOptions } from './checkpoint-route.ts';
import { connectGate, connectRoute } from './connect.ts';
import { hooksOf } from './nest-decorators.ts';

export type { AdmissionOptions } from './admission.ts';
export type { CheckpointRouteOptions } from './checkpoint-route.ts';
export { AfterRestore, BeforeCheckpoint, type HookDecorator, type HookOptions } from './nest-decorators.ts';

export interface CracModuleOptions extends AdmissionOptions {
  /**
   * The path where `POST` makes a checkpoint and `GET` tells the state, for callers on this machine only. Default:
   * nowhere. The long form has the path in `path`. A global prefix is not put before it.
   */
  checkpointRoute?: string | ({ path: string } & CheckpointRouteOptions);
}

/** Nest's `DynamicModule`. */
export interface CracDynamicModule {
  module: typeof CracModule;
  // biome-ignore lint/suspicious/noExplicitAny: Nest's `Provider`, of which this package has no declaration
  providers: any[];
}

const OPTIONS = Symbol('node-crac options');
const LOGGER = 'CracModule';

/** The module: `imports: [CracModule.forRoot()]` in the application's root module. */
export class CracModule {
  readonly #context = new Context('nest');
  readonly #discovery: DiscoveryService;
  #registration: Registration | undefined;

  static forRoot(options: CracModuleOptions = {}): CracDynamicModule {
    return { module: CracModule, providers: [{ provide: OPTIONS, useValue: options }] };
  }

  /** Called by Nest. */
  constructor(discovery: unknown, host: unknown, options: CracModuleOptions) {
    this.#discovery = discovery as DiscoveryService;
    // Here no other middleware of the application is there yet.
    openDoor(host as HttpAdapterHost, options);
  }

  /** Called by Nest when all providers are there: resources registered so far are older, and let go after these. */
  onApplicationBootstrap(): void {
    const wrappers = [...this.#discovery.getProviders(), ...this.#discovery.getControllers()];
    // Sorted as Nest calls its own hooks: what is imported comes before what imports it.
    wrappers.sort((a, b) => (b.host?.distance ?? 0) - (a.host?.distance ?? 0));
    for (const wrapper of wrappers) this.#register(wrapper);
    this.#registration = getGlobalContext().register(this.#context);
  }

  /** Called by Nest. */
  beforeApplicationShutdown(): void {
    this.#registration?.unregister();
  }

  #register(wrapper: InstanceWrapper): void {
    const { name = 'provider', prototype } = (wrapper.metatype ?? {}) as {
      name?: string;
      prototype?: unknown;
    };
    const isPerRequest = !wrapper.isDependencyTreeStatic();
    const instance = wrapper.instance as Record<string | symbol, (context: Context) => void>;
    for (const { hook, key, options } of hooksOf(isPerRequest ? prototype : instance)) {
      const method = `${name}.${String(key)}`;
      if (isPerRequest) warnOf(method);
      else
        this.#context.register(
          { [hook]: (context: Context) => instance[key]?.(context) },
          { name: method, ...options },
        );
    }
  }
}

function warnOf(method: string): void {
  const why = 'is never called at a checkpoint: its class has an instance for each request';
  new Logger(LOGGER).warn(`${method} ${why}. Move it to a provider of the default scope.`);
}

/**
 * Lets requests through the doorkeeper, for Express and Fastify alike: Nest's adapters take middleware of the same
 * kind. A program without HTTP has none.
 */
function openDoor({ httpAdapter }: HttpAdapterHost, options: CracModuleOptions): void {
  if (!httpAdapter || !['express', 'fastify'].includes(httpAdapter.getType())) return;
  httpAdapter.use(connectGate('nest', options));
  const { checkpointRoute } = options;
  if (checkpointRoute === undefined) return;
  const { path, ...more } = typeof checkpointRoute === 'string' ? { path: checkpointRoute } : checkpointRoute;
  const onError = (error: Error) => new Logger(LOGGER).error(error.message);
  httpAdapter.use(path, connectRoute({ onError, ...more }));
}

// This package is compiled without decorators; these are the calls that they stand for.
Module({ imports: [DiscoveryModule] })(CracModule);
Inject(DiscoveryService)(CracModule, undefined, 0);
Inject(HttpAdapterHost)(CracModule, undefined, 1);
Inject(OPTIONS)(CracModule, undefined, 2);
