import type { EngineName } from '../../shared/protocol/engines.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { parseEngine } from '../engines/choice.ts';
import { defaultEngine, ENGINES, imageMakers } from '../engines/registry.ts';
import { dockerfile } from '../pipeline/dockerfile.ts';
import { kubernetes } from '../pipeline/kubernetes.ts';
import { lambdaDockerfile } from '../pipeline/lambda-dockerfile.ts';
import { howToUse, plainDockerfile } from '../pipeline/plain-dockerfile.ts';
import { plainKubernetes } from '../pipeline/plain-kubernetes.ts';
import { type Recipe, recipe } from '../pipeline/recipe.ts';
import { checkTarget, requestsOf } from '../pipeline/requests.ts';
import { type RecipeFile, writeRecipes } from '../pipeline/write-recipe.ts';
import { programCommand } from '../start/program-command.ts';

type Given = Record<string, string | string[] | boolean | undefined>;

/** Options that are this call's own, or the container's. */
const NOT_PASSED = [
  'dockerfile',
  'kubernetes',
  'force',
  'image',
  'json',
  'keep',
  'output',
  'node',
  'for',
  'warm-events',
  'image-volume',
];

type Form = [
  option: string,
  make: (recipe: Recipe, volume?: string) => string,
  use: (recipe: Recipe) => string,
];

const inItsHead = (): string => 'its head says how it is used';

/** Forms for an engine that needs nothing which `docker build` does not give. */
const PLAIN: Form[] = [
  ['dockerfile', plainDockerfile, howToUse],
  ['kubernetes', plainKubernetes, inItsHead],
];

/** Forms for CRIU, whose checkpoint needs settings that `docker build` gives to no command. */
const WITH_SETTINGS: Form[] = [
  ['dockerfile', dockerfile, inItsHead],
  ['kubernetes', kubernetes, inItsHead],
];

/**
 * Returns the engine that was asked for, else the first that a plain `docker build` can have on this kind of machine.
 */
function engineFor(option: Given[string]): { name: EngineName; plain: boolean } {
  const asked = typeof option === 'string' ? option : process.env.CRAC_ENGINE;
  const isPlain = (name: EngineName) => ENGINES[name].about.inPlainBuilds?.includes(process.arch) === true;
  const name = asked ? parseEngine(asked).name : (imageMakers().find(isPlain) ?? defaultEngine('linux'));
  return { name, plain: isPlain(name) };
}

/** @throws CommandError for another platform than Lambda, or for another file than a Dockerfile */
function formsFor(values: Given, plain: boolean): Form[] {
  if (values.for === undefined) return plain ? PLAIN : WITH_SETTINGS;
  if (values.for !== 'lambda') throw new CommandError(`--for ${values.for}: there is lambda`, EXIT.usage);
  if (values.kubernetes !== undefined)
    throw new CommandError('--for lambda goes with --dockerfile, not with --kubernetes', EXIT.usage);
  const events = values['warm-events'];
  const warmUp = typeof events === 'string' ? events : undefined;
  return [['dockerfile', (found) => lambdaDockerfile({ ...found, warmUp }), inItsHead]];
}

/** @throws CommandError for a volume in a file that has none */
function imageVolume(values: Given, plain: boolean): string | undefined {
  const volume = values['image-volume'];
  if (volume === undefined) return undefined;
  if (values.kubernetes === undefined || !plain)
    throw new CommandError(
      '--image-volume goes with --kubernetes and an engine that a plain `docker build` can have, as --engine direct',
      EXIT.usage,
    );
  if (typeof volume === 'string' && /^[\w.:/@-]+$/.test(volume)) return volume;
  throw new CommandError(
    `--image-volume ${volume}: expected the name of an image, as registry.example/shop-checkpoint:1`,
    EXIT.usage,
  );
}

/** Carries out `crac build --dockerfile` and `--kubernetes`. */
export function writeBuildRecipes(values: Given, words: string[]): void {
  const warm = list(values.warm);
  for (const target of warm) checkTarget(target, '--warm');
  for (const file of list(values['warm-file'])) requestsOf(file);
  const { name, plain } = engineFor(values.engine);
  const found = recipe({
    options: Object.entries({
      ...values,
      ...(plain && { engine: values.engine ?? name }),
      ...(values.cpu === undefined && travels(values) && { cpu: 'baseline' }),
    })
      .filter(([name]) => !NOT_PASSED.includes(name))
      .flatMap(([name, value]): [string, string | undefined][] =>
        value === true
          ? [[`--${name}`, undefined]]
          : list(value).map((one): [string, string] => [`--${name}`, one]),
      ),
    ...programCommand(words, { command: 'build' }),
    directory: process.cwd(),
    port: portOf([...list(values['ready-url']), ...warm]),
    path: pathOf([...list(values['ready-url']), ...warm]),
  });
  const volume = imageVolume(values, plain);
  const files: RecipeFile[] = [];
  for (const [option, make, use] of formsFor(values, plain)) {
    const path = values[option];
    if (typeof path === 'string')
      files.push({ option: `--${option}`, path, text: make(found, volume), use: use(found) });
  }
  writeRecipes(files, values.force === true);
}

/** Whether the image is made by one machine, and restored by others of which nobody knows the CPU. */
const travels = (values: Given): boolean => values.for === undefined && process.arch === 'x64';

const list = (value: Given[string]): string[] =>
  Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];

function portOf(addresses: string[]): number | undefined {
  const named = addresses.filter((address) => URL.canParse(address)).map((address) => new URL(address).port);
  const [first] = named.filter((port) => port !== '');
  return first === undefined ? undefined : Number(first);
}

function pathOf([first]: string[]): string | undefined {
  if (first === undefined) return undefined;
  const { pathname, search } = new URL(first, 'http://localhost');
  return pathname + search;
}
