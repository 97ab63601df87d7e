import { readdir, stat, writeFile } from 'node:fs/promises';
import { arch, release } from 'node:os';
import { join } from 'node:path';
import type { EngineName } from '../../shared/protocol/engines.ts';
import type { ProgramDetails } from '../../shared/protocol/messages.ts';
import type { MachineFacts } from '../machine/facts.ts';
import type { Labels } from '../machine/labels.ts';
import type { ListeningPort, MappedFile, OpenFile, ProtectionKeys, StoredMemory } from './contents.ts';
import type { SummedFile } from './integrity/sums.ts';

export const MANIFEST = 'manifest.json';

/** The manifest: everything about an image that a person or a program may ask, besides the engine's own files. */
export interface Manifest {
  format: 1;
  /** The time in ISO 8601. */
  createdAt: string;
  engine: { name: string; version: string; path: string };
  mode: 'root' | 'user';
  uid: number;
  kernel: string;
  arch: string;
  node: { version: string; path: string; size: number };
  command: string[];
  environmentNames: string[];
  ports: ListeningPort[];
  /** Files that its processes have open, and those that they have mapped. */
  open?: OpenFile[];
  mapped?: MappedFile[];
  memory?: StoredMemory;
  /** The protection keys of the CPU that it was made on; images of older versions do not say. */
  protectionKeys?: ProtectionKeys;
  /** The labels and settings; images of older versions have neither. */
  labels?: Labels;
  machine?: MachineFacts;
  /** The bytes of all files together. */
  size: number;
  /** Every file but this one, with its SHA-256; images of before 0.2 have no list. */
  files?: SummedFile[];
}

/** Makes what every engine's manifest says of the program and of this machine. */
export async function manifestOfProgram(
  engine: { name: EngineName; version: string; path: string },
  mode: Manifest['mode'],
  { node, argv, environmentNames }: ProgramDetails,
  labels: Labels,
) {
  return {
    format: 1,
    createdAt: new Date().toISOString(),
    engine,
    mode,
    uid: process.getuid?.() ?? -1,
    kernel: release(),
    arch: arch(),
    node: { ...node, size: (await stat(node.path)).size },
    command: argv,
    environmentNames,
    labels,
  } satisfies Partial<Manifest>;
}

export const writeManifest = (directory: string, manifest: Manifest): Promise<void> =>
  writeFile(join(directory, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600 });

/** Lists name and bytes of every file that is there, by name. */
export async function filesIn(directory: string): Promise<[name: string, size: number][]> {
  const names = (await readdir(directory)).sort();
  return Promise.all(
    names.map(async (name): Promise<[string, number]> => [name, (await stat(join(directory, name))).size]),
  );
}

export const bytesOf = (files: readonly [string, number][]): number =>
  files.reduce((sum, [, size]) => sum + size, 0);
