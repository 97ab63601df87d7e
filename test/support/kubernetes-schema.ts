import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './crac.ts';

type Json = { [name: string]: unknown };

interface Model {
  new (data: object): { validate(): void };
}

const MODELS: Record<string, string> = {
  'apps/v1 Deployment': 'kubernetes-models/apps/v1/Deployment',
  'v1 PersistentVolumeClaim': 'kubernetes-models/v1/PersistentVolumeClaim',
};

function modelOf({ apiVersion, kind }: Json): Model {
  const words = [join(ROOT, 'scripts/apps.mjs'), '--json', 'kubernetes-schema'];
  const found = JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as Record<
    string,
    string
  >;
  const load = createRequire(found['kubernetes-schema'] as string);
  return (load(MODELS[`${apiVersion} ${kind}`] as string) as Record<string, Model>)[kind as string] as Model;
}

/** Notes which fields the validator asks for: the others are none that the API knows. */
function watched(value: unknown, path: string, asked: Set<string>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get(target, name) {
      const found = (target as Record<string | symbol, unknown>)[name];
      if (typeof name !== 'string' || !Object.hasOwn(target, name)) return found;
      asked.add(`${path}/${name}`);
      return watched(found, `${path}/${name}`, asked);
    },
  });
}

function* fields(value: unknown, path = ''): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    yield `${path}/${name}`;
    yield* fields(inner, `${path}/${name}`);
  }
}

/** Returns what the API's own schema has against an object, unknown fields too. */
export function schemaProblems(object: Json): string[] {
  const Model = modelOf(object);
  const asked = new Set<string>();
  const model = new Model({});
  // The model copies what it is given, which would ask for everything.
  for (const [name, value] of Object.entries(object))
    Object.defineProperty(model, name, {
      enumerable: true,
      configurable: true,
      get: () => {
        asked.add(`/${name}`);
        return watched(value, `/${name}`, asked);
      },
    });
  try {
    model.validate();
  } catch (error) {
    return (error as Error).message.split(', ');
  }
  return [...fields(object)]
    .filter((path) => !asked.has(path))
    .map((path) => `${path}: the API has no such field`);
}

interface Container {
  securityContext?: Json & {
    capabilities?: { drop?: string[]; add?: string[] };
    seccompProfile?: { type: string };
  };
}

/** Returns what the profile `restricted` of the Pod Security Standards has against a pod. */
export function restrictedProblems(spec: Json): string[] {
  const pod = (spec.securityContext ?? {}) as Json & { seccompProfile?: { type: string } };
  const containers = [...((spec.initContainers ?? []) as Container[]), ...(spec.containers as Container[])];
  const allowed = ['RuntimeDefault', 'Localhost'];
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((name) => spec[name]),
    ...containers.flatMap(({ securityContext: own = {} }) => [
      ...(own.privileged ? ['privileged'] : []),
      ...(own.allowPrivilegeEscalation === false ? [] : ['allowPrivilegeEscalation']),
      ...(own.capabilities?.drop?.includes('ALL') ? [] : ['capabilities.drop']),
      ...(own.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE'),
      ...((own.runAsNonRoot ?? pod.runAsNonRoot) === true ? [] : ['runAsNonRoot']),
      ...(own.procMount === undefined || own.procMount === 'Default' ? [] : ['procMount']),
      ...(allowed.includes((own.seccompProfile ?? pod.seccompProfile)?.type ?? '') ? [] : ['seccompProfile']),
    ]),
  ];
}
