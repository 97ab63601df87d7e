import { existsSync, readFileSync } from 'node:fs';
import { basename, isAbsolute, join, relative, resolve } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { quote } from '../base/quote.ts';

/** The values that are put into the files that build and run an image in containers. */
export interface Recipe {
  /** A name for images and objects, from the application's. */
  name: string;
  /** The program's script, as seen from the application's directory. */
  script: string;
  /** Words of the program after the script. */
  args: string[];
  /** Options and program for `crac build`, without `--image`. */
  words: string[];
  nodeMajor: number;
  install: string[];
  port: number;
  /** A path that its server answers, where one was named. */
  path: string | undefined;
}

/** The path where a container has the image that was made in its build. */
export const IMAGE_IN_CONTAINER = '/srv/crac/image';

/** Writes words as a list that Dockerfiles and YAML read alike. */
export const jsonList = (words: string[]): string =>
  `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;

/** Options whose files must be there in the container: their paths are made relative to the application's directory. */
const FILES = ['--warm-file', '--warm-script', '--policies'];

export interface RecipeSource {
  /** Options with their values, as given. */
  options: [name: string, value: string | undefined][];
  nodeOptions: string[];
  script: string;
  args: string[];
  directory: string;
  /** The port of `--ready-url` or of a `--warm` address, where one names it. */
  port: number | undefined;
  path: string | undefined;
}

/** @throws CommandError for a file outside of the application's directory */
export function recipe({ options, nodeOptions, script, args, directory, port, path }: RecipeSource): Recipe {
  const inside = (path: string, what: string): string => {
    const found = relative(directory, resolve(directory, path));
    if (found !== '' && !found.startsWith('..') && !isAbsolute(found)) return found;
    throw new CommandError(
      `${what} ${path} lies outside of ${directory}, which is what the container gets; call this command in the application's directory`,
      EXIT.usage,
    );
  };
  const entry = inside(script, 'the program');
  const given = options.flatMap(([name, value]) =>
    value === undefined ? [name] : [name, FILES.includes(name) ? inside(value, name) : value],
  );
  return {
    name: nameOf(directory),
    script: entry,
    args,
    words: [...given, ...(nodeOptions.length > 0 ? ['--', ...nodeOptions] : []), entry, ...args],
    nodeMajor: Number(process.versions.node.split('.')[0]),
    install: installCommands(directory),
    port: port ?? 3000,
    path,
  };
}

/** Makes a name as images and Kubernetes' objects may have it. */
function nameOf(directory: string): string {
  const wanted = packageOf(directory)?.name ?? basename(directory);
  const allowed = wanted
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return allowed.slice(0, 40) || 'app';
}

interface Package {
  name?: string;
  scripts?: Record<string, string>;
}

function packageOf(directory: string): Package | undefined {
  const path = join(directory, 'package.json');
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Package;
  } catch (cause) {
    throw new CommandError(`${path}: ${(cause as Error).message}`, EXIT.usage, { cause });
  }
}

/** Lists the commands that bring the application's dependencies into the container, and that build there. */
function installCommands(directory: string): string[] {
  const has = (name: string) => existsSync(join(directory, name));
  const found = packageOf(directory);
  if (!found) return [];
  const [manager, install, prune] = has('pnpm-lock.yaml')
    ? ['pnpm', 'corepack enable && pnpm install --frozen-lockfile', 'pnpm prune --prod']
    : has('yarn.lock')
      ? ['yarn', 'corepack enable && yarn install --immutable', '']
      : ['npm', has('package-lock.json') ? 'npm ci' : 'npm install', 'npm prune --omit=dev'];
  if (found.scripts?.build) return [install, `${manager} run build`, ...(prune ? [prune] : [])];
  return manager === 'npm' ? [`${install} --omit=dev`] : [install, ...(prune ? [prune] : [])];
}

export const shellWords = (words: string[]): string => words.map(quote).join(' ');

/** Returns the words of `crac restore`: the image, and what is started where the image cannot be used. */
export const restoreCommand = (image: string, { script, args }: Recipe): string[] => [
  `${image}/restore`,
  '--or-run',
  script,
  ...(args.length > 0 ? ['--', ...args] : []),
];
