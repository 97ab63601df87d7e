import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';

/** The tools that the machines are made of, all from Debian. */
const NEEDED = {
  all: { mke2fs: 'e2fsprogs', cpio: 'cpio', depmod: 'kmod', 'dpkg-deb': 'dpkg' },
  x64: { 'qemu-system-x86_64': 'qemu-system-x86', debootstrap: 'debootstrap' },
  arm64: {
    'qemu-system-aarch64': 'qemu-system-arm',
    'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
  },
};

export const sh = (command, words, options = {}) =>
  execFileSync(command, words, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', ...options });

/** @returns what is missing, as words for apt-get */
export const missingPackages = (archs) =>
  ['all', ...archs]
    .flatMap((arch) => Object.entries(NEEDED[arch]))
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
