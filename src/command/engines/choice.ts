import { resolve } from 'node:path';
import { ENGINE_NAMES, type EngineName, isEngineName } from '../../shared/protocol/engines.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import type { EngineSettings } from './engine.ts';
import { choosers, defaultEngine, ENGINES, imageMakers, isHere, listed } from './registry.ts';

/** An engine with its settings, as `--engine NAME,k=v` names them. */
export interface EngineChoice {
  name: EngineName;
  settings: EngineSettings;
  /** Nobody has named it. */
  byDefault?: true;
  /** The reason why it was taken by itself, and not the platform's first; what installs that stands there, too. */
  whyInstead?: string;
}

const refuse = (message: string): never => {
  throw new CommandError(
    `${message}; \`crac run --engine help\` lists the engines and their settings`,
    EXIT.usage,
  );
};

/**
 * Parses the value of `--engine`.
 * @param text `NAME[,key=value…]`; a value may hold `=` but no comma
 * @param source what the user wrote it after, for messages
 * @throws CommandError for an unknown engine or setting, or a setting without or with a wrong value
 */
export function parseEngine(text: string, source = '--engine'): EngineChoice {
  const [name = '', ...rest] = text.split(',');
  if (!isEngineName(name)) return refuse(unknownEngine(name, source));
  const all = ENGINES[name].about.settings;
  const settings: EngineSettings = {};
  for (const part of rest) {
    const equals = part.indexOf('=');
    const key = equals < 0 ? part : part.slice(0, equals);
    const known = Object.hasOwn(all, key) ? all[key] : undefined;
    if (!known) return refuse(unknownSetting(name, key, source));
    if (equals < 0) return refuse(`${source} ${name}: ${key} needs a value: ${key}=${known.value}`);
    if (Object.hasOwn(settings, key)) return refuse(`${source} ${name}: ${key} was given twice`);
    const value = part.slice(equals + 1);
    const wrong = known.check?.(value);
    if (wrong) return refuse(`${source} ${name}: ${key}=${value} ${wrong}`);
    settings[key] = known.value === 'FILE' ? resolve(value) : value;
  }
  return { name, settings };
}

/**
 * Returns the engine of a program that is started now: `--engine`, else CRAC_ENGINE, else the one of this machine.
 *
 * @param needs options that were given and that only an engine with namespaces can carry out
 */
export function chooseEngine(
  option: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  needs: string[] = [],
): EngineChoice {
  const choice =
    option !== undefined
      ? parseEngine(option)
      : environment.CRAC_ENGINE
        ? parseEngine(environment.CRAC_ENGINE, 'CRAC_ENGINE')
        : byDefault(environment, platform, needs);
  if (ENGINES[choice.name].about.decidesLater && needs.length > 0)
    return { ...byDefault(environment, platform, needs), settings: choice.settings };
  const needed = ENGINES[choice.name].about.platform;
  if (needed && needed !== platform) {
    throw new CommandError(
      `the engine ${choice.name} works on ${needed === 'linux' ? 'Linux' : needed} only, and this is ${platform}. Develop here with\n  crac run --engine ${defaultEngine(platform)} app.js`,
      EXIT.engine,
    );
  }
  return choice;
}

/**
 * Returns the engine where nobody names one: the one that chooses at the checkpoint where all that it chooses among is
 * here; else the first of the platform's that makes images and is here, else the platform's first.
 */
function byDefault(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform, needs: string[]): EngineChoice {
  const open = choosers(platform);
  const able = imageMakers(platform).filter(
    (name) => !open.includes(name) && (needs.length === 0 || ENGINES[name].about.hasNamespaces),
  );
  const chooser = needs.length > 0 ? undefined : open.find((name) => isHere(name, environment));
  if (chooser) return { name: chooser, settings: {}, byDefault: true };
  const here = able.find((name) => isHere(name, environment));
  const [first = defaultEngine(platform)] = able;
  if (here === undefined && needs.length > 0 && able.length > 0)
    throw new CommandError(notHere(first, needs), EXIT.engine);
  const whyInstead =
    here === undefined || here === first ? undefined : ENGINES[first].whyAbsent?.(environment);
  return { name: here ?? first, settings: {}, byDefault: true, ...(whyInstead && { whyInstead }) };
}

const notHere = (name: EngineName, needs: string[]): string =>
  `${needs.join(' and ')}: only the engine ${name} can do that, and it is not here. Install it:\n  crac engine install\nWithout ${needs.length > 1 ? 'these options' : 'it'} the program can be started here as it is`;

function unknownEngine(name: string, source: string): string {
  if (name === '') return `${source} needs the name of an engine: ${ENGINE_NAMES.join(', ')}`;
  const lower = name.toLowerCase();
  const meant = ENGINE_NAMES.find(
    (known) => known === lower || ENGINES[known].about.aliases?.includes(lower),
  );
  return `${source} ${name}: there is no such engine${meant ? `; did you mean ${meant}?` : `, there are ${ENGINE_NAMES.join(', ')}`}`;
}

function unknownSetting(name: EngineName, key: string, source: string): string {
  const known = Object.keys(ENGINES[name].about.settings);
  const have = known.length > 0 ? `it has ${known.join(', ')}` : 'it has none';
  return `${source} ${name}: the engine has no setting ${JSON.stringify(key)}, ${have}`;
}

/** Tells in words which engine is taken by itself on Linux. */
export function takenByItself(): string {
  const open = choosers('linux');
  const others = imageMakers('linux').filter(
    (name) => !open.includes(name) && ENGINES[name].whyAbsent !== undefined,
  );
  return `${listed(open)}, or ${listed(others)} where only that can be`;
}

/** Writes the text of `--engine help`. */
export function engineHelp(): string {
  const blocks = ENGINE_NAMES.map((name) => {
    const { summary, checkpoint, restore, settings } = ENGINES[name].about;
    const lines = [
      `${name.padEnd(10)}${summary}`,
      `            checkpoint: ${checkpoint}`,
      `            restore: ${restore}`,
    ];
    for (const [key, { value, help }] of Object.entries(settings)) {
      lines.push(`            ${`${key}=${value}`.padEnd(17)}${help}`);
    }
    return lines.map((line) => `  ${line}`).join('\n');
  });
  return [
    'usage: --engine NAME[,key=value…], or the same in CRAC_ENGINE',
    '',
    ...blocks,
    '',
    `Without it: on Linux ${takenByItself()}; ${defaultEngine('darwin')} elsewhere.`,
    '',
  ].join('\n');
}
