import { readdir, stat, writeFile } from 'node:fs/promises';
import { arch, release } from 'node:os';
import { join } from 'node:path';
import type { ProgramDetails } from '../../../shared/protocol/messages.ts';
import { type Paused, pauseFiles } from '../../../shared/protocol/pause-files.ts';
import { CLI } from '../../base/paths.ts';
import { labelLines } from '../../image/restore-conf.ts';
import type { Labels } from '../../machine/labels.ts';
import type { Manifest } from '../criu/image/finish.ts';
import { pause } from './engine.ts';

/** Writes the directory that stands for an image: the same files as an image has, as far as there is something to say. */
export async function writePauseImage(
  directory: string,
  paused: Paused,
  details: ProgramDetails,
  image: string,
  labels: Labels = {},
): Promise<Manifest> {
  const mode = process.getuid?.() === 0 ? 'root' : 'user';
  const write = (name: string, text: string, permissions = 0o600) =>
    writeFile(join(directory, name), text, { mode: permissions });
  const conf = [
    ['format', '1'],
    ['engine', pause.name],
    ['mode', mode],
    ['program', String(paused.pid)],
    ['node', `${(await stat(details.node.path)).size} ${details.node.path}`],
    ['agent', process.execPath],
    ['agent', CLI],
    ...labelLines(labels),
    ['end', '1'],
  ];
  await write('restore.conf', conf.map(([key, value]) => `${key} ${value}\n`).join(''));
  await writeFile(pauseFiles(directory).paused, `${JSON.stringify(paused)}\n`, { mode: 0o600 });
  if (process.platform !== 'win32') await write('restore', restoreScript(image), 0o700);
  const manifest: Manifest = {
    format: 1,
    createdAt: new Date().toISOString(),
    engine: { name: pause.name, version: process.version.slice(1), path: CLI },
    mode,
    uid: process.getuid?.() ?? -1,
    kernel: release(),
    arch: arch(),
    node: { ...details.node, size: (await stat(details.node.path)).size },
    command: details.argv,
    environmentNames: details.environmentNames,
    labels,
    ports: [],
    size: await sizeOf(directory),
  };
  await write('manifest.json', `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

async function sizeOf(directory: string): Promise<number> {
  const names = await readdir(directory);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** `IMAGE/restore`, as in other images. */
const restoreScript = (image: string): string =>
  `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(CLI)} restore ${quoted(image)} "$@"\n`;
