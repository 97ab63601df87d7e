import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AdapterApi, FileHook } from './adapter.ts';
import { aliasesInUse, KNOWN_ESM } from './known.ts';

interface Loaded {
  format?: string | null;
  source?: string | ArrayBuffer | NodeJS.TypedArray | null;
}

interface HookableModule {
  /** Exists from Node 22.15 and 23.5 on. */
  registerHooks?(hooks: {
    load(url: string, context: object, nextLoad: (url: string, context: object) => Loaded): Loaded;
  }): void;
}

interface Hooked {
  hook: FileHook;
  api: AdapterApi;
}
interface Hooks {
  hookFor(path: string): Hooked | undefined;
}

/**
 * Hooks the source of ES modules: V8 evaluates them, so nothing but their source can be changed.
 * @returns directories of installed packages of ES modules that cannot be hooked, because this Node is too old
 */
export function hookEsModules(loader: Hooks): string[] {
  const { registerHooks } = require('node:module') as HookableModule;
  const packages = esPackages(process.argv[1]);
  if (packages.length === 0) return packages;
  if (registerHooks === undefined) {
    hookReadingModules(loader);
    return packages;
  }
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (loaded.format !== 'module' || !url.startsWith('file:') || loaded.source == null) return loaded;
      const found = loader.hookFor(fileURLToPath(url));
      if (found === undefined) return loaded;
      const { source } = loaded;
      const text = typeof source === 'string' ? source : Buffer.from(source as ArrayBuffer).toString('utf8');
      return { ...loaded, source: hookedSource(text, found) };
    },
  });
  return [];
}

type ReadFile = (this: unknown, path: unknown, ...options: unknown[]) => Promise<string | Buffer>;

/**
 * Hooks `readFile` of `fs/promises`, through which Node reads the files of ES modules, as a plain function and with
 * nothing but the URL. (Before `registerHooks`, hooks for ES modules run in a thread of their own.) Does not work where
 * the program has such hooks, for which that thread reads, nor for what a `require`d ES module imports.
 */
function hookReadingModules(loader: Hooks): void {
  const promises = require('node:fs/promises') as { readFile: ReadFile };
  const { readFile: original } = promises;
  promises.readFile = async function readFile(path, ...options) {
    const content = await Reflect.apply(original, this, [path, ...options]);
    if (this !== undefined || options.length > 0 || !(path instanceof URL)) return content;
    const found = path.protocol === 'file:' ? loader.hookFor(fileURLToPath(path)) : undefined;
    return found ? Buffer.from(hookedSource(content.toString('utf8'), found)) : content;
  };
}

/**
 * Returns the source to evaluate. An ES module that is required goes through both loaders, so it may have been hooked
 * already.
 */
export function hookedSource(source: string, { hook, api }: Hooked): string {
  if (typeof hook === 'function') return source;
  const { append = '', rewrite } = hook;
  const rewritten = rewrite ? rewrite(source, api) : source;
  const end = typeof append === 'string' ? append : append(rewritten);
  return rewritten.endsWith(end) ? rewritten : rewritten + end;
}

/**
 * Lists the directories of installed packages of ES modules that have an adapter: only programs with one get the hook.
 */
function esPackages(entry: string | undefined): string[] {
  const found: string[] = [];
  if (entry === undefined) return found;
  const names = [...KNOWN_ESM];
  for (const [alias, real] of aliasesInUse()) if (KNOWN_ESM.includes(real)) names.push(alias);
  for (let folder = dirname(entry), above = ''; folder !== above; above = folder, folder = dirname(folder)) {
    const modules = join(folder, 'node_modules');
    if (!existsSync(modules)) continue;
    for (const place of [modules, join(modules, '.pnpm/node_modules')])
      found.push(...names.map((name) => join(place, name)).filter((path) => existsSync(path)));
  }
  return found;
}
