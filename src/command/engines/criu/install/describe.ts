import { release } from 'node:os';
import { candidates, type FindOptions } from './candidates.ts';
import { engineDirectories, systemDirectories } from './directories.ts';
import { isExplicit } from './find.ts';
import type { CriuInstall } from './install-record.ts';
import { kernelNeeds } from './version.ts';

/** The output of `crac engine --json`. */
export interface EngineDescription {
  kernel: { release: string; minimum: string; reason: string };
  /** The engine that is used; null if there is none. */
  used: CriuInstall | null;
  /** The others in order of preference, each with its verdict. */
  others: CriuInstall[];
  /** The directories that were looked into. */
  looked: string[];
}

export async function describeEngine(options: FindOptions = {}): Promise<EngineDescription> {
  const { kernel = release(), env = process.env } = options;
  const { minimum, reason } = kernelNeeds(kernel);
  const all: CriuInstall[] = [];
  for await (const candidate of candidates(options)) all.push(candidate);
  const named = all.find(isExplicit);
  const used =
    (named ? (named.version === '' ? undefined : named) : all.find(({ suitable }) => suitable)) ?? null;
  return {
    kernel: { release: kernel, minimum, reason },
    used,
    others: all.filter((candidate) => candidate !== used),
    looked: [...engineDirectories(env), ...systemDirectories(env)],
  };
}

export const ORIGINS: Record<CriuInstall['origin'], string> = {
  option: 'named by --engine',
  environment: 'named by CRAC_CRIU_PATH',
  installed: 'installed by `crac engine install`',
  system: "the system's own",
};

const label = ({ path, version, origin }: CriuInstall): string =>
  `CRIU ${version || '(unknown version)'}  ${path}  (${ORIGINS[origin]})`;

const verdict = ({ reason }: CriuInstall): string => reason ?? 'can work on this kernel';

/** Writes what `crac engine` prints. */
export function formatEngine({ kernel, used, others, looked }: EngineDescription): string {
  return [
    `kernel ${kernel.release} needs CRIU ${kernel.minimum} or later: ${kernel.reason}`,
    '',
    ...(used
      ? [`used:   ${label(used)}`, `        ${verdict(used)}`]
      : ['used:   none; to install one: crac engine install']),
    ...others.flatMap((other) => [`other:  ${label(other)}`, `        ${verdict(other)}`]),
    ...(used || others.length > 0 ? [] : ['looked in:', ...looked.map((directory) => `  ${directory}`)]),
    '',
  ].join('\n');
}
