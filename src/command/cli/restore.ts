import { readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { nativePartSays, whyNoNativePart } from '../base/native-part.ts';
import { engineNamed } from '../engines/registry.ts';
import { ConfReader, RESTORE_CONF } from '../image/restore-conf.ts';
import { checkTrust, TRUST_OPTION } from '../image/trust.ts';
import { checkRequired } from '../machine/labels.ts';
import { command, parse } from './options.ts';

const OPTIONS = {
  cwd: { value: 'DIR', help: 'working directory of the program (default: this one)' },
  'env-file': { value: 'FILE', help: 'further NAME=VALUE lines for its environment' },
  require: { value: 'NAME=VALUE', repeat: true, help: 'only an image with this label' },
  timeout: {
    value: 'SECONDS',
    help: 'longest time that its afterRestore hooks may take (default 60, 0 for no limit)',
  },
  ...TRUST_OPTION,
} as const;

/**
 * The part of `crac restore` that needs nothing native: for engines that restore by Node, as `pause` does. Other images
 * are restored by the native restorer (native/commands/restore.c), which comes here for these.
 */
const restore = command({
  name: 'restore',
  summary: 'start a program from its image',
  usage: 'crac restore IMAGE [options] [-- ARGUMENTS…]',
  description:
    'Wakes a program that the engine pause has stopped. It gets the environment and working directory of this command\nand, after --, new arguments; it keeps its PID and goes on under its own `crac run`.',
  options: OPTIONS,
  examples: ['crac restore ./image', 'PORT=3001 crac restore ./image -- --verbose'],
  passThrough: true,
  async run(before, words) {
    const { values, image, args } = split(before, words);
    checkTrust(image, values['trust-image-of'], 'crac restore');
    const conf = confOf(image);
    const name = conf.value('engine') ?? '(none named)';
    checkRequired(image, conf, [...list(before.require), ...list(values.require)]);
    const engine = engineNamed(name);
    if (engine.restore === undefined) {
      throw new CommandError(
        `${image} was made by the engine ${name}; ${nativePartSays(whyNoNativePart() ?? 'it was not there a moment ago')}`,
        EXIT.engine,
      );
    }
    return engine.restore({
      image,
      args,
      cwd: realDirectory(values.cwd ?? '.'),
      environment: { ...process.env, ...environmentFile(values['env-file']) },
      timeout: seconds(values.timeout ?? '60'),
    });
  },
});

export default restore;

type Values = { [K in Exclude<keyof typeof OPTIONS, 'require'>]?: string } & { require?: string[] };

const list = (words: string[] | undefined): string[] => words ?? [];

/** Splits the words: options may stand after the image too; what follows `--` is the program's. */
function split(
  before: Values,
  words: string[],
): { values: Values; image: string; args: string[] | undefined } {
  const dashes = words.indexOf('--');
  const ours = dashes < 0 ? words : words.slice(0, dashes);
  const { passThrough, ...definition } = restore;
  const { values, words: images } = parse(definition as never, ours);
  const [image, second] = images;
  if (image === undefined)
    throw new CommandError('which image? usage: crac restore IMAGE; see `crac restore --help`', EXIT.usage);
  if (second !== undefined) {
    throw new CommandError(
      `one image at a time: ${image} and ${second}; arguments for the program go after --`,
      EXIT.usage,
    );
  }
  return {
    values: { ...before, ...(values as Values) },
    image: resolve(image),
    args: dashes < 0 ? undefined : words.slice(dashes + 1),
  };
}

function confOf(image: string): ConfReader {
  try {
    return new ConfReader(readFileSync(join(image, RESTORE_CONF), 'utf8'));
  } catch (cause) {
    throw new CommandError(
      `no image at ${image}. Make one with\n  crac run --image ${image} app.js\n  crac checkpoint ${image}`,
      EXIT.image,
      { cause },
    );
  }
}

function realDirectory(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new CommandError(`working directory ${path}: ${(error as Error).message}`, EXIT.usage);
  }
}

function environmentFile(path: string | undefined): Record<string, string> {
  if (path === undefined) return {};
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandError(`--env-file ${path}: ${(error as Error).message}`, EXIT.usage);
  }
  if (text.includes('\0')) throw new CommandError(`--env-file ${path}: it holds a NUL byte`, EXIT.usage);
  // The lines are read as native/restore/payload.c does.
  const lines = text.split(/\r?\n/).filter((line) => line.replace(/\r$/, '') !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => {
      const equals = line.indexOf('=', 1);
      if (equals < 0)
        throw new CommandError(`--env-file ${path}: expected NAME=VALUE, found: ${line}`, EXIT.usage);
      return [line.slice(0, equals), line.slice(equals + 1)];
    }),
  );
}

function seconds(text: string): number {
  if (!/^\d+$/.test(text)) throw new CommandError(`--timeout ${text}: expected whole seconds`, EXIT.usage);
  return Number(text);
}
