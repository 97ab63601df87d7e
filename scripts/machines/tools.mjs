import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The tools that the machines are made of, all from Debian. */
const NEEDED = {
  'qemu-system-x86_64': 'qemu-system-x86',
  debootstrap: 'debootstrap',
  mke2fs: 'e2fsprogs',
  cpio: 'cpio',
  'dpkg-deb': 'dpkg',
};

export const sh = (command, words, options = {}) =>
  execFileSync(command, words, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', ...options });

/** @returns what is missing, as words for apt-get */
export const missingPackages = () =>
  Object.entries(NEEDED)
    .filter(([command]) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0)
    .map(([, name]) => name);

/** Makes a directory once: under its name it is whole. */
export function once(path, make) {
  if (existsSync(path)) return path;
  rmSync(`${path}.partial`, { recursive: true, force: true });
  mkdirSync(`${path}.partial`, { recursive: true });
  make(`${path}.partial`);
  renameSync(`${path}.partial`, path);
  return path;
}

/** Unpacks a Debian package that is not installed here. */
export const unpacked = (directory, name) =>
  once(join(directory, name), (path) => {
    sh('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', name], { cwd: path });
    const [file] = readdirSync(path).filter((one) => one.endsWith('.deb'));
    sh('dpkg-deb', ['-x', join(path, file), path]);
    rmSync(join(path, file));
  });

/** Finds the newest package of Debian's whose name matches. */
export function packageLike(pattern) {
  const names = sh('apt-cache', ['search', '--names-only', pattern])
    .split('\n')
    .map((line) => line.split(' ')[0]);
  const [newest] = names.filter(Boolean).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  if (!newest) throw new Error(`Debian's lists have no package ${pattern}: apt-get update?`);
  return newest;
}
