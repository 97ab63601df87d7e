import { cpus } from 'node:os';

const DEBIAN_6_1 = '^linux-image-6\\.1\\.0-[0-9]+-amd64$';
const DEBIAN_6_12 = '^linux-image-6\\.12\\.[0-9]+[^ ]*deb12-amd64$';
const ARM_6_1 = '^linux-image-6\\.1\\.0-[0-9]+-arm64$';
const ARM_6_12 = '^linux-image-6\\.12\\.[0-9]+[^ ]*deb12-arm64$';
const ARM_16K = '^linux-image-6\\.12\\.[0-9]+[^ ]*deb12-arm64-16k$';

/** Versions of Node besides this machine's. */
export const NEWER = ['24', '26'];

/** This machine, under its own kernel: it makes an image by the engine direct before the others, and restores theirs after them. */
const HERE = { name: 'this', arch: 'x64', here: true, cpu: cpus()[0]?.model.trim() ?? 'unknown' };

/** In their order, for each kind of CPU: the first make images, the others restore them. */
export const MACHINES = [
  HERE,
  { name: '6.1 max', arch: 'x64', kernel: DEBIAN_6_1, cpu: 'max', makes: true },
  { name: '6.12 max', arch: 'x64', kernel: DEBIAN_6_12, cpu: 'max', makes: true, user: true },
  { name: '6.1 Haswell', arch: 'x64', kernel: DEBIAN_6_1, cpu: 'Haswell' },
  { name: '6.1 Nehalem', arch: 'x64', kernel: DEBIAN_6_1, cpu: 'Nehalem' },
  { name: '6.12 qemu64', arch: 'x64', kernel: DEBIAN_6_12, cpu: 'qemu64' },
  HERE,
  {
    name: '6.12 max arm64',
    arch: 'arm64',
    kernel: ARM_6_12,
    cpu: 'max,pauth-impdef=on',
    makes: true,
    nodes: NEWER,
  },
  { name: '6.12 cortex-a72', arch: 'arm64', kernel: ARM_6_12, cpu: 'cortex-a72', makes: true, user: true },
  { name: '6.1 cortex-a72', arch: 'arm64', kernel: ARM_6_1, cpu: 'cortex-a72', restores: true },
  {
    name: '6.12 16k neoverse-n1',
    arch: 'arm64',
    kernel: ARM_16K,
    cpu: 'neoverse-n1',
    makes: true,
    user: true,
    nodes: NEWER,
  },
];

/** Levels of --cpu in which each kind of CPU makes images; the last one is for images that travel. */
export const LEVELS = { x64: ['native', 'baseline'], arm64: ['native'] };
