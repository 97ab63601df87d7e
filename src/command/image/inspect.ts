import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandError, EXIT } from '../base/command-error.ts';
import { isSystemError } from '../checkpoint/system-error.ts';
import type { ImageProcess } from '../engines/engine.ts';
import { engineLogs, engineNamed } from '../engines/registry.ts';
import { MANIFEST, type Manifest } from './manifest.ts';
import { manifestOf } from './manifest-shape.ts';

export interface ImageReport {
  image: string;
  manifest: Manifest;
  processes: ImageProcess[];
  /** Names and bytes of the files. */
  files: { name: string; size: number }[];
}

/** @throws CommandError where there is no image, or half of one */
export async function inspectImage(image: string): Promise<ImageReport> {
  const names = await readdir(image).catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'ENOTDIR' ? 'it is a file; an image is a directory' : 'there is no such directory';
    throw new CommandError(
      `no image at ${image}: ${error.code === 'EACCES' ? error.message : why}`,
      EXIT.image,
    );
  });
  if (names.includes('image.enc'))
    throw new CommandError(
      `${image} is encrypted. Decrypt it with\n  crac image decrypt ${image} --key-file FILE`,
      EXIT.image,
    );
  if (!names.includes(MANIFEST)) {
    const advice = engineLogs().some((log) => names.includes(log))
      ? `the checkpoint into it failed. Why:\n  crac explain ${image}`
      : `it holds ${names.length === 0 ? 'nothing' : names.sort().slice(0, 5).join(', ')}`;
    throw new CommandError(`${image} holds no image: ${advice}`, EXIT.image);
  }
  const files = await Promise.all(
    names.sort().map(async (name) => ({ name, size: (await stat(join(image, name))).size })),
  );
  try {
    const manifest = manifestOf(await readFile(join(image, MANIFEST), 'utf8'), image);
    const processes = (await engineNamed(manifest.engine.name).processes?.(image)) ?? [];
    return { image, manifest, processes, files };
  } catch (cause) {
    if (cause instanceof CommandError || isSystemError(cause)) throw cause;
    throw new CommandError(
      `${image} is damaged: ${(cause as Error).message}; make the image anew`,
      EXIT.image,
      { cause },
    );
  }
}
