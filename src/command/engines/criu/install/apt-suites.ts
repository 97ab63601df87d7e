import { readFile } from 'node:fs/promises';
import type { AptSource } from './apt-sources.ts';

export interface Distribution {
  /** The codename, as `bookworm` or `noble`; empty where the distribution has none. */
  codename: string;
  /** True for Ubuntu, whose archives name their newest suite otherwise. */
  isUbuntu: boolean;
}

export function parseOsRelease(text: string): Distribution {
  const field = (name: string): string => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  return {
    codename: field('VERSION_CODENAME'),
    isUbuntu: /\bubuntu\b/.test(`${field('ID')} ${field('ID_LIKE')}`),
  };
}

export async function thisDistribution(): Promise<Distribution> {
  return parseOsRelease(await readFile('/etc/os-release', 'utf8').catch(() => ''));
}

/** Names that an archive gives its suites beside the codename. */
const ALIASES = /^(oldstable|stable|testing|unstable|sid|devel|kali-rolling)$/;

/** Returns the archives of the distribution itself, one for each address: those of other vendors have other suites. */
export function mainArchives(sources: readonly AptSource[], { codename }: Distribution): AptSource[] {
  const own = sources.filter(({ suites }) => suites.includes(codename));
  const others = sources.filter(({ suites }) => suites.some((suite) => ALIASES.test(suite)));
  const seen = new Set<string>();
  return [...own, ...others].filter(({ uri }) => {
    const address = uri.replace(/\/+$/, '');
    return !seen.has(address) && seen.add(address);
  });
}

/** Lists the machine's own suite first, then newer ones. Some name the same: the caller skips what it has seen. */
export function suitesToTry(
  archive: AptSource,
  { codename, isUbuntu }: Distribution,
  newer: readonly string[],
): string[] {
  const own = archive.suites.filter((suite) => suite === codename || ALIASES.test(suite)).slice(0, 1);
  const others = isUbuntu ? [...newer, 'devel'] : ['stable', 'testing', 'forky', 'sid'];
  return [...new Set([...own, ...others])];
}

/**
 * Returns the codenames that came after this one, oldest first, from the machine's list of Ubuntu's releases if it has
 * one.
 */
export async function newerUbuntuSuites({ codename }: Distribution): Promise<string[]> {
  const table = await readFile('/usr/share/distro-info/ubuntu.csv', 'utf8').catch(() => '');
  const series = table
    .split('\n')
    .slice(1)
    .flatMap((line) => line.split(',')[2] ?? []);
  const index = series.indexOf(codename);
  return index < 0 ? [] : series.slice(index + 1);
}
