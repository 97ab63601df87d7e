import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Adapter, AdapterApi, FileHook, ShapeInstall } from './adapter.ts';
import { hookEsModules, hookedSource } from './esm-loader.ts';
import { type Found, generatedAt } from './generated.ts';
import { KNOWN, knownName } from './known.ts';
import type { Adapters } from './registry.ts';
import { describeRanges, isTried } from './version.ts';

/** A package in one place: a program may have several versions of it. Undefined: nothing to do there. */
type Installed = { adapter: Adapter; api: AdapterApi } | undefined;

const CUT =
  'the engine cuts its connections, and each restored copy sees them end. Let it go in beforeCheckpoint and take it up in afterRestore';
const SEPARATOR = process.platform === 'win32' ? '\\' : '/';
const MODULES = `${SEPARATOR}node_modules${SEPARATOR}`;

/**
 * The loader of adapters: it finds the adapter for each file that the program loads, and loads the adapter's code when
 * there is one.
 */
export class AdapterLoader {
  readonly #adapters: Adapters;
  readonly #folder: string;
  readonly #installed = new Map<string, Installed>();
  readonly #seen = new Set<string>();

  /** @param folder where the adapters' bundles stand */
  constructor(adapters: Adapters, folder: string) {
    this.#adapters = adapters;
    this.#folder = folder;
  }

  /** @param path absolute, of a file that is about to be evaluated */
  hookFor(path: string): { hook: FileHook; api: AdapterApi } | undefined {
    const found = packageAt(path) ?? generatedAt(path);
    if (found === undefined) return undefined;
    const { name, directory, version } = found;
    this.#seen.add(name);
    if (!this.#installed.has(directory))
      this.#installed.set(directory, this.#install(name, directory, version));
    const installed = this.#installed.get(directory);
    const file = path.slice(directory.length + 1).replaceAll('\\', '/');
    const files = installed?.adapter.files;
    const hook = files?.[file] ?? files?.[`${file.slice(0, file.lastIndexOf('/') + 1)}*`];
    return installed && hook && { hook, api: installed.api };
  }

  /** Tells whether a file of this package has been loaded from node_modules. */
  hasSeen(name: string): boolean {
    return this.#seen.has(name);
  }

  /** Returns what an adapter does with classes of its library in a bundle (shapes.ts). */
  shapes(adapter: string): Record<string, ShapeInstall> {
    const { shapes = {} } = require(join(this.#folder, `${adapter}.cjs`)) as {
      shapes?: Record<string, ShapeInstall>;
    };
    return shapes;
  }

  api(version: string): AdapterApi {
    return {
      version,
      doors: this.#adapters.doors,
      register: (resource) => this.#adapters.register(resource),
      warn: (text) => this.#adapters.warn(text),
    };
  }

  /** @param directories of packages of ES modules, whose files are not seen here when the program imports them */
  cannotHook(directories: string[]): void {
    if (directories.length === 0) return;
    const renew: (() => void)[] = [];
    this.#adapters.register({
      name: 'ES modules',
      beforeCheckpoint: () => {
        for (const directory of directories.splice(0)) renew.push(...this.#renewals(directory));
      },
      afterRestore({ restored }) {
        if (restored) for (const each of renew) each();
      },
    });
  }

  #renewals(directory: string): (() => void)[] {
    const name = knownName(installedAs(directory)) as string;
    this.#installed.set(directory, this.#installed.get(directory) ?? this.#install(name, directory));
    const files = Object.entries(this.#installed.get(directory)?.adapter.renewals ?? {});
    const present = files.filter(([file]) => existsSync(join(directory, file)));
    return present.map(([file, renew]) => {
      // This is the instance that the program has, if it has one. `import` would start threads that each restore makes
      // anew.
      const exports = require(realpathSync(join(directory, file))) as never;
      return renew.bind(undefined, exports);
    });
  }

  /** Installs a package's adapter; called before the first file of the package runs. */
  #install(name: string, directory: string, version = versionIn(directory)): Installed {
    const { adapters } = require(join(this.#folder, `${KNOWN[name]}.cjs`)) as { adapters: Adapter[] };
    const adapter = adapters.find((each) => each.package === name);
    if (adapter === undefined || version === undefined) return undefined;
    if (!isTried(version, adapter.versions)) {
      this.#adapters.warn(
        `${name} ${version} is not a version that its adapter was tried with (${describeRanges(adapter.versions)}), so nothing is done for it: ${adapter.without ?? CUT} (docs/library.md), or install a version that was tried.`,
      );
      return undefined;
    }
    for (const each of [name, installedAs(directory), ...(adapter.carriers ?? [])])
      this.#adapters.packages.add(each);
    const api = this.api(version);
    adapter.start?.(api);
    return { adapter, api };
  }
}

/** Returns the package that stands in `node_modules` under a name for which there is an adapter. */
function packageAt(path: string): Found | undefined {
  const start = path.lastIndexOf(MODULES);
  if (start < 0) return undefined;
  const nameAt = start + MODULES.length;
  let end = path.indexOf(SEPARATOR, nameAt);
  if (path[nameAt] === '@') end = path.indexOf(SEPARATOR, end + 1);
  if (end < 0) return undefined;
  const name = knownName(path.slice(nameAt, end).replaceAll('\\', '/'));
  return name === undefined ? undefined : { name, directory: path.slice(0, end) };
}

/** Returns the name in `node_modules`, which may be an alias. */
const installedAs = (directory: string): string =>
  directory.slice(directory.lastIndexOf(MODULES) + MODULES.length).replaceAll('\\', '/');

const versionIn = (directory: string): string | undefined =>
  (JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { version?: string }).version;

type Compile = (this: NodeModule, content: string, filename: string, format?: string) => unknown;

/**
 * Hooks `Module.prototype._compile`, through which every CommonJS file of the program goes, also where an ES module
 * imports it, on Node 20 to 26, with or without other loaders' hooks. Costs a look-up in a string for each file.
 */
export function hookLoading(loader: AdapterLoader): void {
  const Module = require('node:module') as unknown as { prototype: { _compile: Compile } };
  const original = Module.prototype._compile;
  Module.prototype._compile = function _compile(content, filename, ...format) {
    const found = loader.hookFor(filename);
    if (found === undefined) return Reflect.apply(original, this, [content, filename, ...format]);
    const { hook, api } = found;
    const { install } = typeof hook === 'function' ? { install: hook } : hook;
    const source = hookedSource(content, found);
    const result = Reflect.apply(original, this, [source, filename, ...format]);
    const replaced = install?.(this.exports as never, api);
    if (replaced !== undefined) this.exports = replaced;
    return result;
  };
  loader.cannotHook(hookEsModules(loader));
}
