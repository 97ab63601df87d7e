import { constants, existsSync } from 'node:fs';
import { chmod, copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { MappedFile } from './contents.ts';

/** A file of this package that the program uses: the image has its own copy, so that it outlives an upgrade. */
export interface PackageFile {
  /** The name of the copy in the image. */
  name: string;
  /** The path where the program expects it. */
  path: string;
  /**
   * The time when the file there was written, in nanoseconds since 1970: while it is the same, nothing need be
   * compared.
   */
  modified: string;
}

/** Puts the restorer into an image, under the name by which a container starts it. */
export async function copyRestorer(native: string, directory: string): Promise<void> {
  const restorer = join(directory, 'restore');
  await copyFile(native, restorer, constants.COPYFILE_FICLONE);
  await chmod(restorer, 0o700);
}

const MARK = '/native/build/mark';
const NATIVE = ['/native/build/addon.node', '/native/build/no-io-uring.so', '/native/build/direct.so'];

/**
 * Tells the package's own files from the others. The package is the one that the program was started with, which need
 * not be the one that makes the image.
 */
export function packageFiles(all: MappedFile[]): {
  own: Omit<PackageFile, 'modified'>[];
  mark?: string;
  mapped: MappedFile[];
} {
  const mark = all.find(({ path }) => path.endsWith(MARK))?.path;
  if (mark === undefined) return { own: [], mapped: all };
  const root = mark.slice(0, -MARK.length);
  const native = NATIVE.map((name) => root + name).filter((path) => all.some((file) => file.path === path));
  // Workers and children of a restored program load it anew, and it must fit the addon.
  const paths = [...native, `${root}/dist/register.cjs`];
  return {
    mark,
    own: paths.map((path) => ({ name: `crac-${path.slice(path.lastIndexOf('/') + 1)}`, path })),
    mapped: all.filter(({ path }) => path !== mark && !native.includes(path)),
  };
}

/** @param root where the program's own `/` is seen from here */
export function copyPackageFiles(
  own: Omit<PackageFile, 'modified'>[],
  root: string,
  directory: string,
): Promise<PackageFile[]> {
  // A file that was removed while the program ran is missing for its later Workers anyway.
  const there = own.filter(({ path }) => existsSync(root + path));
  return Promise.all(
    there.map(async ({ name, path }) => {
      await copyFile(root + path, join(directory, name), constants.COPYFILE_FICLONE);
      const { mtimeNs, mode } = await stat(root + path, { bigint: true });
      // A package that a group may write does not make an image that it may write: that would be refused (trust.ts).
      await chmod(join(directory, name), Number(mode) & 0o755);
      return { name, path, modified: String(mtimeNs) };
    }),
  );
}
