import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A CRIU on this machine and whether it can work here. */
export interface CriuInstall {
  path: string;
  /** The origin: `--engine criu,path=…`, `CRAC_CRIU_PATH`, `crac engine install`, or the distribution's package. */
  origin: 'option' | 'environment' | 'installed' | 'system';
  /** The version; empty if it could not be found out. */
  version: string;
  gitId?: string;
  /** True where it can work on this kernel. */
  suitable: boolean;
  /** The reason why not: to be shown as a warning if this one is used all the same. */
  reason?: string;
}

/** The record `engine.json` beside an installed engine: what it is can be told without starting it. */
export interface InstallRecord {
  version: string;
  gitId?: string;
  path: string;
  size: number;
  mtimeMs: number;
  /** The suite it came from, for people. */
  suite: string;
  packages: string[];
}

const NAME = 'engine.json';

export async function writeInstallRecord(directory: string, record: InstallRecord): Promise<void> {
  await writeFile(join(directory, NAME), `${JSON.stringify(record, null, 2)}\n`, { mode: 0o644 });
}

/** Returns whole seconds: a container image keeps no more of a file's time. */
const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** Reads the record, if the binary is still the one it describes. */
export async function readInstallRecord(directory: string): Promise<InstallRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(join(directory, NAME), 'utf8')) as InstallRecord;
    const { size, mtimeMs } = await stat(record.path);
    const same = size === record.size && seconds(mtimeMs) === seconds(record.mtimeMs);
    return same && record.path.startsWith(`${directory}/`) ? record : undefined;
  } catch {
    return undefined; // no record, or a broken one: the binary itself is asked then
  }
}
