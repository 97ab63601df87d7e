import { dockerfile } from '../pipeline/dockerfile.ts';
import { kubernetes } from '../pipeline/kubernetes.ts';
import { recipe } from '../pipeline/recipe.ts';
import { checkTarget, requestsOf } from '../pipeline/requests.ts';
import { type RecipeFile, writeRecipes } from '../pipeline/write-recipe.ts';
import { programCommand } from '../start/program-command.ts';

type Given = Record<string, string | string[] | boolean | undefined>;

/** They are this call's own, or the container's. */
const NOT_PASSED = ['dockerfile', 'kubernetes', 'force', 'image', 'json', 'keep', 'output', 'node'];

/** `crac build --dockerfile` and `--kubernetes`. */
export function writeBuildRecipes(values: Given, words: string[]): void {
  const warm = list(values.warm);
  for (const target of warm) checkTarget(target, '--warm');
  for (const file of list(values['warm-file'])) requestsOf(file);
  const found = recipe({
    options: Object.entries(values)
      .filter(([name]) => !NOT_PASSED.includes(name))
      .flatMap(([name, value]): [string, string | undefined][] =>
        value === true
          ? [[`--${name}`, undefined]]
          : list(value).map((one): [string, string] => [`--${name}`, one]),
      ),
    ...programCommand(words, { command: 'build' }),
    directory: process.cwd(),
    port: portOf([...list(values['ready-url']), ...warm]),
  });
  const files: RecipeFile[] = [];
  for (const [option, make] of [
    ['dockerfile', dockerfile],
    ['kubernetes', kubernetes],
  ] as const) {
    const path = values[option];
    if (typeof path === 'string') files.push({ option: `--${option}`, path, text: make(found) });
  }
  writeRecipes(files, values.force === true);
}

const list = (value: Given[string]): string[] =>
  Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];

function portOf(addresses: string[]): number | undefined {
  const named = addresses.filter((address) => URL.canParse(address)).map((address) => new URL(address).port);
  const [first] = named.filter((port) => port !== '');
  return first === undefined ? undefined : Number(first);
}
