import { CheckpointError, RecursiveCheckpointError, RestoreError } from '../../shared/errors/classes.ts';
import { runHook } from './hook.ts';
import {
  DEFAULT_TIMEOUT,
  dispose,
  type RegisterOptions,
  type Registration,
  type Resource,
  resourceName,
} from './resource.ts';
import { assertResource, assertTimeout, invalid } from './validate.ts';

const CONTEXT = Symbol.for('node-crac.context');

interface Entry {
  resource(): Resource | undefined;
  readonly timeout: number;
  readonly registration: Registration;
}

/** An entry whose resource is held strongly, from the checkpoint until the restore. */
type Notified = [entry: Entry, resource: Resource];

/** Tells whether a resource of the context has been told of a checkpoint, and not of what came after it. */
export let awaitsRestore: (context: Context) => boolean;

/**
 * An ordered set of resources, and itself a resource: register one Context in another to nest them.
 * Checkpoint notification runs in reverse order of registration, restore notification in order of registration; one
 * hook at a time, each awaited. Everyone is notified whatever the others throw.
 */
export class Context implements Resource {
  /** The name of this context in errors. */
  readonly name: string;
  readonly #entries = new Set<Entry>();
  readonly #byResource = new WeakMap<object, Entry>();
  readonly #collected = new FinalizationRegistry<Entry>((entry) => this.#entries.delete(entry));
  #counter = 0;
  #notifying = false;
  #snapshot: Notified[] | undefined;

  static {
    awaitsRestore = (context) =>
      context.#snapshot?.some(([, resource]) => resource.afterRestore !== undefined) ?? false;
  }

  /** @param name of this context in errors; default `Context` */
  constructor(name = 'Context') {
    this.name = name;
    Object.defineProperty(this, CONTEXT, { value: true });
  }

  /**
   * Adds a resource. It is held strongly until `unregister()`, unless asked otherwise. During a checkpoint the
   * newcomer takes part from the next one on, as in CRaC's default context.
   * @returns the registration; for an object that is registered here already, its first one, the options are ignored
   * @throws TypeError `ERR_CRAC_INVALID_RESOURCE`: not an object, no hook, a hook that is no function, a bad option
   */
  register(resource: Resource, options: RegisterOptions = {}): Registration {
    assertResource(resource);
    if ((resource as unknown) === this)
      throw invalid('A Context cannot be registered in itself. Register it in another one.');
    const known = this.#byResource.get(resource);
    if (known) return known.registration;

    this.#counter += 1;
    const name = options.name ?? resourceName(resource) ?? `resource ${this.#counter}`;
    const timeout = options.timeout ?? (CONTEXT in resource ? Number.POSITIVE_INFINITY : DEFAULT_TIMEOUT);
    assertTimeout(timeout);
    const target = options.weak ? new WeakRef(resource) : strongRef(resource);
    const unregister = () => this.#remove(entry);
    const entry: Entry = {
      resource: () => target.deref(),
      timeout,
      registration: { name, unregister, [dispose]: unregister },
    };
    this.#entries.add(entry);
    this.#byResource.set(resource, entry);
    if (options.weak) this.#collected.register(resource, entry, entry);
    return entry.registration;
  }

  /**
   * Notifies every resource, newest first. The set is noted: `afterRestore` notifies the same one.
   * @throws CheckpointError with everything the hooks threw, after all of them have run; with a
   *   RecursiveCheckpointError if this context is being notified already (it is, directly or not, within itself)
   */
  async beforeCheckpoint(_context?: Context): Promise<void> {
    if (this.#notifying) throw new CheckpointError([new RecursiveCheckpointError()]);
    const snapshot = this.#live();
    this.#snapshot = snapshot;
    this.#notifying = true;
    try {
      // After a time limit on this whole context, afterRestore can come first: then nobody is to be stopped any more.
      const failures = await this.#notify(
        [...snapshot].reverse(),
        'beforeCheckpoint',
        () => this.#snapshot === snapshot,
      );
      if (failures.length > 0) throw new CheckpointError(failures);
    } finally {
      this.#notifying = false;
    }
  }

  /**
   * Notifies, in order of registration, the resources that the last `beforeCheckpoint` notified; without one, nobody.
   * @throws RestoreError with everything the hooks threw, after all of them have run
   */
  async afterRestore(_context?: Context): Promise<void> {
    const snapshot = this.#snapshot ?? [];
    this.#snapshot = undefined;
    const failures = await this.#notify(snapshot, 'afterRestore', () => true);
    if (failures.length > 0) throw new RestoreError(failures);
  }

  async #notify(
    list: Notified[],
    hook: 'beforeCheckpoint' | 'afterRestore',
    goOn: () => boolean,
  ): Promise<Error[]> {
    const failures: Error[] = [];
    for (const [entry, resource] of list) {
      if (!goOn()) break;
      if (!this.#entries.has(entry)) continue; // unregistered meanwhile
      const { timeout, registration } = entry;
      const failure = await runHook({ resource, hook, context: this, name: registration.name, timeout });
      if (failure) failures.push(failure);
    }
    return failures;
  }

  #live(): Notified[] {
    return [...this.#entries].flatMap((entry) => {
      const resource = entry.resource();
      return resource ? [[entry, resource] satisfies Notified] : [];
    });
  }

  #remove(entry: Entry): void {
    const resource = entry.resource();
    if (resource && this.#byResource.get(resource) === entry) this.#byResource.delete(resource);
    this.#entries.delete(entry);
    this.#collected.unregister(entry);
  }
}

// A function inside register() would not do: a closure over the resource there would hold the weak ones too.
const strongRef = (resource: Resource) => ({ deref: () => resource });
