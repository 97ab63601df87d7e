import { chmod, copyFile, lstat, mkdir, readdir, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { run } from '../../../base/run.ts';

const LOADER = /^ld(-linux.*|64)\.so\.\d+$/;

/** Lists the unpacked packages' library directories, whether or not the distribution has merged /lib into /usr/lib. */
async function libraryDirectories(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const base of ['usr/lib', 'lib']) {
    const names = await readdir(join(root, base)).catch(() => []);
    found.push(...names.filter((name) => name.includes('-linux-gnu')).map((name) => join(root, base, name)));
  }
  return found;
}

async function findLoader(directories: readonly string[]): Promise<string> {
  for (const directory of directories) {
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      if (LOADER.test(name) && (await lstat(path)).isFile()) return path;
    }
  }
  throw new Error('the packages contain no dynamic loader');
}

/** Lists the libraries a program needs, all of them, as the loader itself finds them. */
async function neededLibraries(loader: string, path: string, program: string): Promise<string[]> {
  const { stdout } = await run(loader, ['--inhibit-cache', '--library-path', path, '--list', program]);
  const missing = /^\s*(\S+) => not found/m.exec(stdout)?.[1];
  if (missing !== undefined) throw new Error(`the packages do not contain ${missing}, which criu needs`);
  return [...stdout.matchAll(/=> (\/\S.*) \(0x/g)].flatMap(([, file]) => file ?? []);
}

async function install(from: string, to: string): Promise<void> {
  await copyFile(await realpath(from), to);
  await chmod(to, 0o755);
}

/**
 * Unpacks the packages and makes a tree of what is needed: `bin/criu`, and the loader and libraries in `lib/`. The
 * binary is given the paths that these will have in the end, so that it can be started without a wrapper and be given
 * file capabilities: the loader ignores LD_LIBRARY_PATH then.
 * @returns a command that starts it where it is now
 */
export async function assemble(
  packages: readonly string[],
  work: string,
  tree: string,
  final: string,
): Promise<string[]> {
  for (const file of packages) await run('dpkg-deb', ['-x', file, work], { seconds: 120 });
  const directories = await libraryDirectories(work);
  const [loader, path] = [await findLoader(directories), directories.join(':')];
  const criu = join(work, 'usr/sbin/criu');
  const libraries = await neededLibraries(loader, path, criu);
  const lib = join(tree, 'lib');
  const bin = join(tree, 'bin');
  for (const directory of [tree, lib, bin]) {
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o755);
  }
  await install(criu, join(bin, 'criu'));
  for (const file of [loader, ...libraries]) await install(file, join(lib, basename(file)));
  // The C library loads this library by name when a thread is cancelled.
  for (const directory of directories)
    await install(join(directory, 'libgcc_s.so.1'), join(lib, 'libgcc_s.so.1')).catch(() => {});
  const change = [
    '--set-interpreter',
    join(final, 'lib', basename(loader)),
    '--force-rpath',
    '--set-rpath',
    join(final, 'lib'),
  ];
  // --force-rpath: the libraries' own dependencies are looked up there too.
  await run(loader, ['--library-path', path, join(work, 'usr/bin/patchelf'), ...change, join(bin, 'criu')]);
  return [join(lib, basename(loader)), '--inhibit-cache', '--library-path', lib, join(bin, 'criu')];
}
