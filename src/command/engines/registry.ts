import { ENGINE_NAMES, type EngineName, isEngineName } from '../../shared/protocol/engines.ts';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { auto } from './auto/engine.ts';
import { criu } from './criu/engine.ts';
import { direct } from './direct/engine.ts';
import type { Engine, Installation } from './engine.ts';
import { pause } from './pause/engine.ts';
import { platform } from './platform/engine.ts';
import { simulate } from './simulate/engine.ts';

/** The one table of engines; each loads what it needs when it is asked. */
export const ENGINES: Record<EngineName, Engine> = { criu, direct, auto, simulate, pause, platform };

/** @throws CommandError for the engine of another version of this package */
export function engineNamed(name: string): Engine {
  if (isEngineName(name)) return ENGINES[name];
  throw new CommandError(
    `this version of node-crac has no engine ${name}; use the \`crac\` that the program was started with, or that made the image`,
    EXIT.engine,
  );
}

const worksOn = (name: EngineName, platform: NodeJS.Platform): boolean =>
  (ENGINES[name].about.platform ?? platform) === platform;

/** Returns the engine without `--engine` and CRAC_ENGINE: the first one that works here. */
export const defaultEngine = (platform: NodeJS.Platform = process.platform): EngineName =>
  ENGINE_NAMES.find((name) => worksOn(name, platform)) as EngineName;

/** Tells whether an engine may be taken by itself here. */
export function isHere(name: EngineName, environment: NodeJS.ProcessEnv): boolean {
  const engine = ENGINES[name];
  return engine.whyAbsent !== undefined && engine.whyAbsent(environment) === undefined;
}

/** Tells whether a program has an init process around it: its engine gives it namespaces. */
export const hasNamespaces = ({ engine }: Pick<ProgramRecord, 'engine'>): boolean =>
  isEngineName(engine) && ENGINES[engine].about.hasNamespaces;

/** Lists logs of engines that a failed checkpoint leaves in an image directory. */
export const engineLogs = (): string[] =>
  Object.values(ENGINES).flatMap(({ about: { log } }) => (log === undefined ? [] : [log]));

/** Returns patterns of names of files that engines write into images. */
export const engineFiles = (): RegExp[] =>
  Object.values(ENGINES).flatMap(({ about: { files } }) => (files === undefined ? [] : [files]));

/** Lists names for a sentence: `criu, simulate or pause`. */
export function listed(names: readonly string[]): string {
  const [last = '', ...before] = [...names].reverse();
  return before.length === 0 ? last : `${before.reverse().join(', ')} or ${last}`;
}

/** Lists the engines that make images which can be restored any number of times. */
export const imageMakers = (platform?: NodeJS.Platform): EngineName[] =>
  ENGINE_NAMES.filter(
    (name) => ENGINES[name].about.makes === 'image' && (platform === undefined || worksOn(name, platform)),
  );

/** Lists the engines that choose among others at each checkpoint. */
export const choosers = (platform: NodeJS.Platform): EngineName[] =>
  imageMakers(platform).filter((name) => ENGINES[name].about.decidesLater === true);

/** Loads what `crac engine` shows and installs: one engine is a program of its own. */
export async function installableEngine(): Promise<Installation> {
  const engine = Object.values(ENGINES).find(({ installation }) => installation);
  return (await engine?.installation?.()) as Installation;
}
