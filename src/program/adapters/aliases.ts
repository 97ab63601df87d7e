import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Dependencies {
  [kind: string]: Record<string, unknown> | undefined;
}

const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies'];
const ALIAS = /^npm:((?:@[^/@]+\/)?[^@]+)/;

/**
 * Returns the true names of packages that the application has installed under another name, as `"uuid9": "npm:uuid@9"`.
 * Only the application's package.json and those of the directories above are read: reading the package.json of each
 * package that is loaded would cost every start some milliseconds.
 */
export function aliasesOf(entry: string | undefined): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  if (entry === undefined) return aliases;
  for (let folder = dirname(entry), below = ''; folder !== below; below = folder, folder = dirname(folder))
    for (const [name, target] of Object.entries(dependenciesIn(folder))) {
      const [, real] = (typeof target === 'string' && ALIAS.exec(target)) || [];
      if (real !== undefined && !aliases.has(name)) aliases.set(name, real);
    }
  return aliases;
}

function dependenciesIn(folder: string): Record<string, unknown> {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return {}; // saves the making of an error at the start of every program
  try {
    const text = readFileSync(path, 'utf8');
    if (!text.includes('"npm:')) return {};
    const manifest = JSON.parse(text) as Dependencies;
    return Object.assign({}, ...KINDS.map((kind) => manifest[kind] ?? {})) as Record<string, unknown>;
  } catch {
    return {}; // a broken package.json: Node itself complains about it
  }
}
