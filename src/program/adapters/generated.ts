import { readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';

/** The package that a file belongs to; `version` is set where its package.json does not say it. */
export interface Found {
  name: string;
  directory: string;
  version?: string;
}

const RUNTIME = normalize('/runtime/client.js');

/**
 * Finds a client that Prisma generated: its generator for JavaScript copies the files of `@prisma/client` to the
 * `output` of the program's schema.
 */
export function generatedAt(path: string): Found | undefined {
  if (!path.endsWith(RUNTIME)) return undefined;
  const directory = path.slice(0, -RUNTIME.length);
  try {
    const { name } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name?: string };
    if (!name?.startsWith('prisma-client-')) return undefined;
    const index = readFileSync(join(directory, 'index.js'), 'utf8');
    const version = /prismaVersion = \{\s*client: "([^"]+)"/.exec(index)?.[1];
    return version === undefined ? undefined : { name: '@prisma/client', directory, version };
  } catch {
    return undefined; // another program's file of that name
  }
}
