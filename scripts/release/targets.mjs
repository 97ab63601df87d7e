// The platforms that have a package of their own, and how each is compiled on one machine: with Debian's compilers.
import { muslOptions } from '../musl-compiler.mjs';
import { muslFor } from './musl.mjs';
import { commandExists } from './run.mjs';

const TRIPLES = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** The glibc that Node's official builds need; what is loaded into them needs no more. */
export const GLIBC = '2.28';

export const TARGETS = ['x64', 'arm64'].flatMap((cpu) => [
  { name: `linux-${cpu}`, cpu, libc: 'glibc' },
  { name: `linux-${cpu}-musl`, cpu, libc: 'musl' },
]);

/**
 * Returns how it is compiled, or why it cannot be.
 *
 * @returns {{ toolchain?: import('../native.mjs').Toolchain, missing?: string }}
 */
export function toolchainOf({ cpu, libc }, work) {
  const triple = TRIPLES[cpu];
  const gcc = `${triple}-gcc`;
  if (!commandExists(gcc))
    return {
      missing: `${gcc}: apt-get install gcc-${triple.replace('_', '-')} libc6-dev-${debian(cpu)}-cross`,
    };
  const { root, missing } = muslFor(cpu);
  if (missing && libc === 'musl') return { missing };
  const musl = missing ? [] : muslOptions(cpu, root, work); // without it the static binary is linked with glibc
  const launcher = { compiler: gcc, options: [...musl, '-s'] };
  if (libc === 'glibc')
    return {
      toolchain: {
        cpu,
        compiler: gcc,
        launcher,
        options: ['-s', '-include', 'native/portable.h'],
        // Before glibc 2.34 these are libraries of their own. A node has them loaded already.
        libraries: ['-Wl,--no-as-needed', '-l:libdl.so.2', '-l:libpthread.so.0'],
      },
      root,
    };
  return { toolchain: { cpu, compiler: gcc, launcher, options: ['-s', ...musl], glibc: false }, root };
}

const debian = (cpu) => ({ x64: 'amd64', arm64: 'arm64' })[cpu];
