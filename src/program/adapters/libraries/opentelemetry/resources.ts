import { hostname } from 'node:os';
import type { Change } from '../../adapter.ts';

type Attributes = Record<string, unknown>;

interface Resource {
  readonly attributes: Attributes;
  _rawAttributes: [key: string, value: unknown][];
  _memoizedAttributes?: Attributes | undefined;
}

const INSTANCE = 'service.instance.id';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads `OTEL_RESOURCE_ATTRIBUTES` as OpenTelemetry does: `key=value,key=value`, percent-encoded. */
function attributesOf({
  OTEL_RESOURCE_ATTRIBUTES,
  OTEL_SERVICE_NAME,
}: NodeJS.ProcessEnv): Map<string, string> {
  const pairs = (OTEL_RESOURCE_ATTRIBUTES ?? '').split(',').flatMap((pair): [string, string][] => {
    const at = pair.indexOf('=');
    return at > 0 ? [[decoded(pair.slice(0, at).trim()), decoded(pair.slice(at + 1).trim())]] : [];
  });
  return new Map([...pairs, ...(OTEL_SERVICE_NAME ? [['service.name', OTEL_SERVICE_NAME] as const] : [])]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a single % that encodes nothing: OpenTelemetry leaves the attribute out
  }
}

/** The descriptions of the process that sends: a restored copy is another process, perhaps on another machine. */
export class Resources {
  readonly #newId: () => string;
  readonly #changes: ((key: string, value: unknown) => unknown)[] = [];
  readonly #done = new WeakMap<Resource, number>();
  #host = hostname();

  /** @param newId makes an instance's id */
  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** Brings resources up to date where they are read, when something is sent: they are many, and made early. */
  adapt(prototype: object): void {
    const getter = Object.getOwnPropertyDescriptor(prototype, 'attributes')?.get;
    if (getter === undefined) return;
    const update = (resource: Resource) => this.#update(resource);
    Object.defineProperty(prototype, 'attributes', {
      configurable: true,
      get(this: Resource) {
        update(this);
        return getter.call(this) as Attributes;
      },
    });
  }

  renew({ restored, before, now }: Change): void {
    if (!restored) return;
    const [was, is] = [attributesOf(before), attributesOf(now)];
    const ids = new Map<unknown, string>();
    const [oldHost, newHost] = [this.#host, hostname()];
    this.#host = newHost;
    this.#changes.push((key, value) => {
      const fromEnvironment = was.get(key) === value ? is.get(key) : undefined;
      if (fromEnvironment !== undefined) return fromEnvironment;
      if (key === 'host.name' && value === oldHost) return newHost;
      // An id that somebody chose is a name, and stays.
      if (key !== INSTANCE || !UUID.test(String(value))) return value;
      const id = ids.get(value) ?? this.#newId();
      ids.set(value, id);
      return id;
    });
  }

  #update(resource: Resource): void {
    const done = this.#done.get(resource) ?? 0;
    if (done === this.#changes.length) return;
    this.#done.set(resource, this.#changes.length);
    const changes = this.#changes.slice(done);
    resource._rawAttributes = resource._rawAttributes.map(([key, value]) => [
      key,
      changes.reduce((current, change) => change(key, current), value),
    ]);
    resource._memoizedAttributes = undefined;
  }
}
