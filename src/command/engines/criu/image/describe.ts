import { readlink } from 'node:fs/promises';
import type { ReadyDetails } from '../../../../shared/protocol/messages.ts';
import type { ProgramRecord } from '../../../../shared/protocol/record.ts';
import { CLI, MARK, NATIVE } from '../../../base/paths.ts';
import type { CheckpointOptions } from '../../../checkpoint/options.ts';
import type { ImageForm, Inherited } from '../../../image/contents.ts';
import { type Manifest, manifestOfProgram } from '../../../image/manifest.ts';
import { machineFacts } from '../../../machine/facts.ts';
import { criu } from '../engine.ts';
import { DUMP_LOG } from '../log-name.ts';
import type { OlderImage } from './cow/older-page-file.ts';
import { finishImage } from './finish.ts';

/**
 * Returns the working directory as the program sees it; another name than the kernel's after a rename does no harm:
 * then the engine finds it.
 */
export async function workingDirectory({ init, program }: ProgramRecord): Promise<string | undefined> {
  const target = await readlink(`/proc/${init}/root/proc/${program}/cwd`);
  return target.endsWith(' (deleted)') ? undefined : target;
}

/** Makes an image of ours of the engine's files. */
export async function describeImage(
  options: CheckpointOptions,
  details: ReadyDetails,
  directory: string,
  binary: { path: string; version: string; stubLibraries: string[] },
  older: OlderImage | undefined,
  found: { inherit: Inherited[]; nonblockingStdin: boolean; cut: string[]; cwd: string | undefined },
): Promise<Manifest> {
  const { record } = options;
  const { version, path } = binary;
  const machine = machineFacts(record);
  const labels = { ...record.labels, ...options.labels };
  const about = await manifestOfProgram({ name: criu.name, version, path }, record.mode, details, labels);
  const same: ImageForm = record.kind === 'restored' && !older ? 'plain' : 'cow';
  return finishImage({
    directory,
    nativeBinary: NATIVE,
    log: DUMP_LOG,
    form: options.imageForm ?? record.imageForm ?? same,
    root: `/proc/${record.init}/root`,
    older: older && { fd: older.file.fd, external: older.external },
    conf: {
      engine: criu.name,
      criu: path,
      stubLibraries: binary.stubLibraries,
      mode: record.mode,
      program: record.program as number,
      node: about.node,
      mark: MARK,
      cwd: found.cwd,
      pollStdin: details.pollStdin,
      nonblockingStdin: found.nonblockingStdin,
      inherit: found.inherit,
      cut: found.cut,
      options: [
        '--tcp-close',
        '--file-locks',
        '--link-remap',
        '--manage-cgroups=ignore',
        '--cpu-cap=none', // what the program uses of the CPU is compared before (native/restore/machine.c)
        '--skip-file-rwx-check', // a changed mode of a directory or file does no harm
      ],
      agent: [process.execPath, CLI],
      labels,
      machine,
    },
    manifest: { ...about, machine },
  });
}
