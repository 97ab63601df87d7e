import { CheckpointError, RestoreError } from '../../shared/errors/classes.ts';
import type { Resource } from '../coordination/resource.ts';
import type { AdapterResource } from './adapter.ts';
import { Doors } from './doors.ts';

type Prepared = 'beforeCheckpoint' | 'stopSources' | 'flush' | 'beforeFreeze';

/** The adapters of the libraries that the program has loaded, together one of the runtime's own resources. */
export class Adapters {
  readonly doors = new Doors();
  readonly #resources: AdapterResource[] = [];
  /** Packages that have an adapter which was tried with their version. */
  readonly packages = new Set<string>();
  readonly #notes = new Set<string>();
  readonly #restoreTime: () => number;
  #before: { environment: NodeJS.ProcessEnv; restoreTime: number } | undefined;

  /** @param restoreTime when the program was last restored; it tells a restore from going on */
  constructor(restoreTime: () => number) {
    this.#restoreTime = restoreTime;
  }

  readonly resource: Resource & { name: string } = {
    name: 'adapters',
    beforeCheckpoint: async () => {
      this.#before = { environment: { ...process.env }, restoreTime: this.#restoreTime() };
      await this.#prepare('beforeCheckpoint');
    },
    afterRestore: async () => {
      const { environment, restoreTime } = this.#before ?? { environment: process.env, restoreTime: -1 };
      const restored = this.#restoreTime() !== restoreTime;
      const change = { restored, before: environment, now: process.env };
      const failures = await this.#all('afterRestore', change);
      this.doors.open();
      if (failures.length > 0) throw new RestoreError(failures);
    },
  };

  register(resource: AdapterResource): void {
    this.#resources.push(resource);
  }

  resources(): readonly AdapterResource[] {
    return this.#resources;
  }

  warn(text: string): void {
    this.#notes.add(text);
  }

  /** What the checkpoint is to say; each is said once. */
  takeNotes(): string[] {
    const notes = [...this.#notes];
    this.#notes.clear();
    return notes;
  }

  async beforeFreeze(): Promise<void> {
    await this.#prepare('flush');
    this.doors.closeAsk();
    await this.#prepare('beforeFreeze');
  }

  resume(): void {
    for (const resource of this.#resources) resource.resume?.();
    this.doors.open();
  }

  /** Lets go of connections; synchronous, in the freeze's turn. */
  letGo(): void {
    for (const resource of this.#resources) resource.letGo?.();
  }

  /** Lists the paths that are opened again after the dump. */
  files(): string[] {
    return this.#resources.flatMap((resource) => resource.files?.() ?? []);
  }

  /** From here on nothing more begins that only the program could end. */
  async stopSources(): Promise<void> {
    await this.#prepare('stopSources');
  }

  /** Returns what only the program can end, with words for each piece. */
  openWork(): Map<object, string> {
    return new Map(this.#resources.flatMap((resource) => [...(resource.openWork?.() ?? [])]));
  }

  /** Lists the connections that their adapters let go of. */
  sockets(): object[] {
    return this.#resources.flatMap((resource) =>
      [...(resource.sockets?.() ?? [])].filter((each) => each !== undefined),
    );
  }

  /** Lists what is still in flight, in words. */
  inFlight(): string[] {
    return this.#resources.flatMap((resource) => resource.inFlight?.() ?? []);
  }

  /** @throws CheckpointError with what cannot be finished */
  async #prepare(hook: Prepared): Promise<void> {
    const failures = await this.#all(hook);
    if (failures.length > 0) throw new CheckpointError(failures);
  }

  /** Calls all resources at once: each waits for its own servers. */
  async #all(hook: Prepared | 'afterRestore', ...words: unknown[]): Promise<unknown[]> {
    const outcomes = await Promise.allSettled(
      this.#resources.map(async (each) => callHook(each, hook, words)),
    );
    return outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  }
}

type Hook = (...words: unknown[]) => void | Promise<void>;

const callHook = (resource: AdapterResource, hook: Prepared | 'afterRestore', words: unknown[]) =>
  (resource[hook] as Hook | undefined)?.apply(resource, words);
