import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramDetails } from '../../../shared/protocol/messages.ts';
import { type Paused, pauseFiles } from '../../../shared/protocol/pause-files.ts';
import { CLI } from '../../base/paths.ts';
import { quote } from '../../base/quote.ts';
import { bytesOf, filesIn, type Manifest, manifestOfProgram, writeManifest } from '../../image/manifest.ts';
import { formatRestoreConf, writeConf } from '../../image/restore-conf.ts';
import type { Labels } from '../../machine/labels.ts';
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
  const about = { name: pause.name, version: process.version.slice(1), path: CLI };
  const manifest = await manifestOfProgram(about, mode, details, labels);
  const agent = [process.execPath, CLI];
  const { version, ...node } = manifest.node;
  const conf = formatRestoreConf({ engine: pause.name, mode, program: paused.pid, node, labels, agent });
  await writeConf(directory, conf);
  await writeFile(pauseFiles(directory).paused, `${JSON.stringify(paused)}\n`, { mode: 0o600 });
  if (process.platform !== 'win32')
    await writeFile(join(directory, 'restore'), restoreScript(image), { mode: 0o700 });
  const whole = { ...manifest, ports: [], size: bytesOf(await filesIn(directory)) };
  await writeManifest(directory, whole);
  return whole;
}

/** Writes `IMAGE/restore`, as in other images. */
const restoreScript = (image: string): string =>
  `#!/bin/sh\nexec ${[process.execPath, CLI, 'restore', image].map(quote).join(' ')} "$@"\n`;
