import { type FileHandle, open, readdir, readFile, readlink } from 'node:fs/promises';
import { CommandError, EXIT } from '../../../../base/command-error.ts';
import { PAGE_FILE } from './page-file.ts';

/** The parts that a restored program's own image still gives it. */
export interface OlderImage {
  /** The page file, open for reading. */
  file: FileHandle;
  /** The name by which the engine leaves it to the restorer (`--external`). */
  external: string;
}

/**
 * Opens the page file of a restored program: its init keeps it open, so that it can be read even when it has no name
 * left.
 */
export async function openOlderPageFile(init: number): Promise<OlderImage | undefined> {
  const directory = `/proc/${init}/fd`;
  for (const fd of await readdir(directory)) {
    const target = await readlink(`${directory}/${fd}`).catch(() => '');
    if (!target.replace(/ \(deleted\)$/, '').endsWith(`/${PAGE_FILE}`)) continue;
    const own = (await readFile(`/proc/${init}/fdinfo/${fd}`, 'utf8')).match(/^mnt_id:\s*(\d+)$/m)?.[1];
    const mount = (target.endsWith(' (deleted)') && (await deletedMount(init))) || own;
    const file = await open(`${directory}/${fd}`, 'r');
    const { ino, uid } = await file.stat({ bigint: true });
    if (![0, process.geteuid?.()].includes(Number(uid))) {
      await file.close();
      throw new CommandError(
        `the memory of this program lies in ${target}, which belongs to user ${uid} and can change at any time.\nCopy the image, so that it is yours, and restore the program from the copy before it is checkpointed`,
        EXIT.image,
      );
    }
    // CRIU asks for a file by its mount and inode, both hexadecimal, before it looks for its name.
    return { file, external: `file[${Number(mount).toString(16)}:${ino.toString(16)}]` };
  }
  return undefined;
}

/**
 * Returns the mount that an ordinary user's engine finds when it follows a name that ends in ` (deleted)`
 * (native/engines/criu/page-file.c).
 */
async function deletedMount(init: number): Promise<string | undefined> {
  const lines = (await readFile(`/proc/${init}/mountinfo`, 'utf8')).split('\n');
  return lines
    .map((line) => line.split(' '))
    .find(([, , , , place]) => place?.endsWith(`/${PAGE_FILE}\\040(deleted)`))?.[0];
}
