import type { HookName, RegisterOptions } from '../coordination/resource.ts';

export interface HookOptions extends Pick<RegisterOptions, 'timeout'> {}

/** A method that is a hook. */
export interface DeclaredHook {
  readonly hook: HookName;
  readonly key: string | symbol;
  readonly options: HookOptions;
}

/** A decorator for TypeScript's `experimentalDecorators`, and for standard decorators. */
export type HookDecorator = (
  // biome-ignore lint/suspicious/noExplicitAny: a prototype for the one kind, a method for the other
  target: any,
  // biome-ignore lint/suspicious/noExplicitAny: a name for the one kind, a context object for the other
  key: any,
  descriptor?: PropertyDescriptor,
) => void;

interface StandardContext {
  readonly name: string | symbol;
  addInitializer(run: (this: object) => void): void;
}

// Shared by the copy that `import` loads and the one that `require` loads.
const HOOKS = Symbol.for('node-crac.nest.hooks');

/** Makes the method run before a checkpoint, when the requests in flight are finished. */
export const BeforeCheckpoint = (options: HookOptions = {}): HookDecorator =>
  declareHook('beforeCheckpoint', options);

/** Makes the method run after a restore, before new requests are answered. */
export const AfterRestore = (options: HookOptions = {}): HookDecorator =>
  declareHook('afterRestore', options);

/** Notes the name at the class, not at the function: other decorators of the method may put another in its place. */
function declareHook(hook: HookName, options: HookOptions): HookDecorator {
  return (target: object, key: string | symbol | StandardContext) => {
    if (typeof key !== 'object') return note(target, { hook, key, options });
    const { name } = key;
    key.addInitializer(function noteAtClass() {
      note(Object.getPrototypeOf(this), { hook, key: name, options });
    });
  };
}

function note(prototype: object, declared: DeclaredHook): void {
  if (!Object.hasOwn(prototype, HOOKS)) Object.defineProperty(prototype, HOOKS, { value: [] });
  const list = hooksAt(prototype);
  if (!list.some(({ hook, key }) => hook === declared.hook && key === declared.key)) list.push(declared);
}

const hooksAt = (prototype: object) => (prototype as { [HOOKS]: DeclaredHook[] })[HOOKS];

/** @returns the hooks of an object: those that its base classes declare first, and each method once for each hook */
export function hooksOf(object: unknown): DeclaredHook[] {
  const found = new Map<string, DeclaredHook>();
  for (const prototype of chainOf(object)) {
    if (!Object.hasOwn(prototype, HOOKS)) continue;
    for (const each of hooksAt(prototype)) found.set(`${each.hook} ${String(each.key)}`, each);
  }
  return [...found.values()];
}

/** Lists the prototypes, the most general first. */
function chainOf(object: unknown): object[] {
  const chain: object[] = [];
  for (let at = object; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at))
    chain.unshift(at);
  return chain;
}
