import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Append, FileHook } from './adapter.ts';
import { KNOWN_ESM } from './known.ts';

interface Loaded {
  format?: string | null;
  source?: string | ArrayBuffer | NodeJS.TypedArray | null;
}

interface HookableModule {
  /** From Node 22.15 and 23.5 on. Before that, hooks for ES modules run in a thread of their own: nothing is done. */
  registerHooks?(hooks: {
    load(url: string, context: object, nextLoad: (url: string, context: object) => Loaded): Loaded;
  }): void;
}

/**
 * ES modules that are imported are evaluated by the engine of the language: only their source can be added to.
 * @returns where packages of ES modules are installed that cannot be hooked, because this Node is too old for it
 */
export function hookEsModules(loader: { hookFor(path: string): { hook: FileHook } | undefined }): string[] {
  const { registerHooks } = require('node:module') as HookableModule;
  const packages = esPackages(process.argv[1]);
  if (registerHooks === undefined || packages.length === 0) return packages;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (loaded.format !== 'module' || !url.startsWith('file:') || loaded.source == null) return loaded;
      const hook = loader.hookFor(fileURLToPath(url))?.hook;
      if (hook === undefined || typeof hook === 'function') return loaded;
      const { source } = loaded;
      const text = typeof source === 'string' ? source : Buffer.from(source as ArrayBuffer).toString('utf8');
      return { ...loaded, source: withAppended(text, hook.append) };
    },
  });
  return [];
}

/** An ES module that is required goes through both loaders, so it may be there already. */
export function withAppended(source: string, append: Append): string {
  const end = typeof append === 'string' ? append : append(source);
  return source.endsWith(end) ? source : source + end;
}

/** Only programs that have such a package installed get the hook. */
function esPackages(entry: string | undefined): string[] {
  const found: string[] = [];
  if (entry === undefined || KNOWN_ESM.length === 0) return found;
  for (let folder = dirname(entry), above = ''; folder !== above; above = folder, folder = dirname(folder)) {
    const modules = join(folder, 'node_modules');
    if (!existsSync(modules)) continue;
    for (const place of [modules, join(modules, '.pnpm/node_modules')])
      found.push(...KNOWN_ESM.map((name) => join(place, name)).filter((path) => existsSync(path)));
  }
  return found;
}
